/*
 * directory: who runs what, as the log says today.
 */
import { equal, sha256, utf8 } from './bytes.ts';
import { readDirectory, type Directory } from './documents.ts';
import { Fields, parse, parseCanonical, type Json } from './json.ts';
import { signedBy } from './note.ts';
import { refuse } from './refusal.ts';
import { readLogged, type Logged, type Trust } from './trust.ts';

/* Older than this a directory is not used, in seconds. */
export const DIRECTORY_MAX_AGE = 48 * 3600;

/* Clocks of two parties may differ by this much. */
const AHEAD_S = 300;

export interface VerifiedDirectory {
	readonly directory: Directory;
	readonly logged: Logged;
}

/* Check the body of /v1/directory. */
export async function verifyDirectory(
	body: string,
	trust: Trust,
	now: number
): Promise<VerifiedDirectory> {
	const f = new Fields(parse(body), 'directory');
	const note = f.text('note', 65_535);
	const proof = f.text('proof', 65_536);
	f.done();
	const logged = await readLogged(note, proof, trust, now);
	const directory = await readDirectory(logged.note, trust.origin);
	if (!(await signedBy(logged.note, directory.platform.key))) {
		refuse('missing-signature', directory.platform.key.name);
	}
	if (directory.time > now + AHEAD_S) refuse('ahead-of-clock', 'directory');
	const age = now - Math.min(directory.time, logged.checkpoint.time);
	if (age > DIRECTORY_MAX_AGE) refuse('stale-directory', `${age} s`);
	const seen = new Set<string>();
	for (const i of directory.issuers) {
		const name = `${i.purpose} ${i.epoch}`;
		if (seen.has(name)) refuse('two-issuer-keys', name);
		seen.add(name);
	}
	return { directory, logged };
}

/* What /v1/agencies.json says of an agency, for people. */
export interface AgencyEntry {
	readonly name: string;
	readonly legalName: string;
	readonly class: string;
	readonly index: number;
	readonly jurisdiction: string;
	readonly locker: { readonly key: string; readonly name: string; readonly url: string };
	readonly partner: string;
	readonly suspended: boolean;
	readonly taskForces: readonly string[];
	readonly telephone: string;
	readonly until: number;
	readonly verified: string;
}

export interface PartnerEntry {
	readonly name: string;
	readonly legalName: string;
	readonly index: number;
	readonly url: string;
}

export interface Agencies {
	readonly agencies: readonly AgencyEntry[];
	readonly partners: readonly PartnerEntry[];
}

function entry(f: Fields): AgencyEntry {
	const l = f.fields('locker');
	const locker = { key: l.text('key', 400), name: l.text('name', 255), url: l.text('url', 1000) };
	l.done();
	return {
		name: f.text('name', 255, 1),
		legalName: f.text('legal_name', 255),
		class: f.text('class', 64),
		index: f.int('index', 0),
		jurisdiction: f.text('jurisdiction', 64),
		locker,
		partner: f.text('partner', 255),
		suspended: f.bool('suspended'),
		taskForces: f.texts('task_forces', 64),
		telephone: f.text('telephone', 64),
		until: f.time('until'),
		verified: f.text('verified', 1000)
	};
}

/* Check the body of /v1/agencies.json against the verified directory. */
export async function verifyAgencies(body: string, directory: Directory): Promise<Agencies> {
	if (!equal(await sha256(utf8(body)), directory.agencies)) {
		refuse('agencies-changed', 'not the list whose SHA-256 is in the directory');
	}
	const f = new Fields(parseCanonical(body.replace(/\n$/, '')), 'agencies');
	f.oneOf('type', ['porchlight/agencies@v1']);
	const out = {
		agencies: f.each('agencies', 10_000, entry),
		partners: f.each('partners', 1000, (p) => ({
			name: p.text('name', 255, 1),
			legalName: p.text('legal_name', 255),
			index: p.int('index', 0),
			url: p.text('url', 1000)
		}))
	};
	f.done();
	return out;
}

/* The districts that hold an open request, for people who look around. */
export function readDistricts(body: string): string[] {
	const v: Json = parse(body);
	const f = new Fields(v, 'districts');
	f.oneOf('type', ['porchlight/districts@v1']);
	const list = f.texts('districts', 100_000, 16);
	f.done();
	return list;
}
