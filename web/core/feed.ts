/*
 * feed: from a district's collection to what a reader may show.
 *
 * Nothing of the GeoJSON around the notes is believed.  A collection that is
 * false as a whole is a Refusal; an item that is false is left out and named,
 * and the others stay.  What is checked, in this order:
 *
 *   the checkpoint (log, k watchers, time), the district note (platform;
 *   z, x, y; size; SHA-256 of the features), its age;
 *   each note beside the features: its proof, who signed it, whether it ended;
 *   each feature: its proof, the agency, its partner, the locker, those on
 *   whose behalf it asks, the text's hash, the policy of its time, the rules.
 */
import { equal, sha256, utf8 } from './bytes.ts';
import {
	ASKING,
	readAgency,
	readDistrictNote,
	readPartner,
	readPolicy,
	readRecipient,
	readRequest,
	readText,
	typeOf,
	type Agency,
	type Directory,
	type DistrictNote,
	type Partner,
	type Policy,
	type Recipient,
	type Request,
	type RequestText
} from './documents.ts';
import { near, ZOOM, type District } from './geo.ts';
import { canonical, Fields, parseCanonical, type Json } from './json.ts';
import { parseNote, signedBy } from './note.ts';
import { Refusal, refuse } from './refusal.ts';
import { checkPolicy, checkRequest, tooMany, type RuleCheck } from './rules.ts';
import { readCheckpoint, readLogged, type Checkpoint, type Logged, type Trust } from './trust.ts';

export const MARKED_AFTER = 3 * 3600;
export const HIDDEN_AFTER = 24 * 3600;

/* How far outside a district an item may lie, with a metre of tolerance. */
const NEAR_M = 1001;

const AHEAD_S = 300;

export interface Stated<T> {
	readonly value: T;
	readonly logged: Logged;
}

export interface VerifiedRequest {
	readonly request: Request;
	readonly text: RequestText;
	readonly agency: Stated<Agency>;
	readonly behalf: readonly Stated<Agency>[];
	readonly partner: Stated<Partner>;
	readonly policy: Stated<Policy>;
	readonly incident: string;
	readonly rules: readonly RuleCheck[];
	readonly logged: Logged;
	/* The text document's bytes, as its hash in the note covers them. */
	readonly textBytes: string;
}

export interface RefusedItem {
	readonly id: string;
	readonly refusal: Refusal;
}

export interface VerifiedDistrict {
	readonly district: District;
	readonly note: DistrictNote;
	readonly checkpoint: Checkpoint;
	/* Seconds since the older of the note's and the checkpoint's time. */
	readonly age: number;
	/* Old enough that readers say so. */
	readonly marked: boolean;
	readonly requests: readonly VerifiedRequest[];
	readonly refused: readonly RefusedItem[];
	/* Letter recipients of lockers, by the locker's name. */
	readonly recipients: ReadonlyMap<string, Stated<Recipient>>;
}

interface Context {
	readonly trust: Trust;
	readonly directory: Directory;
	readonly district: District;
	readonly now: number;
	readonly size: number;
	readonly policies: Stated<Policy>[];
	readonly partners: Map<string, Stated<Partner>>;
	readonly agencies: Map<string, Stated<Agency>>;
	readonly recipients: Map<string, Stated<Recipient>>;
	readonly problems: Map<string, Refusal>;
}

interface Pair {
	readonly note: string;
	readonly proof: string;
}

/* Check the body of /v1/feed/12/x/y. */
export async function verifyDistrict(
	body: string,
	trust: Trust,
	directory: Directory,
	district: District,
	now: number
): Promise<VerifiedDistrict> {
	const f = new Fields(parseCanonical(body.replace(/\n$/, '')), 'collection');
	f.oneOf('type', ['FeatureCollection']);
	const checkpoint = await readCheckpoint(f.text('checkpoint', 65_536), trust, now);
	const districtNote = f.text('district', 4096);
	const features = f.list('features', 10_000);
	const notes = f.each('notes', 10_000, pair);
	f.done();

	const note = await checkDistrictNote(districtNote, trust, directory, district);
	if (note.size !== checkpoint.size) {
		refuse('district-mismatch', `size ${note.size}, checkpoint ${checkpoint.size}`);
	}
	if (!equal(note.features, await sha256(utf8(canonical(features))))) {
		refuse('features-changed', 'features are not those that the district note names');
	}
	if (note.time > now + AHEAD_S) refuse('ahead-of-clock', 'district');
	const age = Math.max(0, now - Math.min(note.time, checkpoint.time));
	if (age > HIDDEN_AFTER) refuse('stale-district', `${age} s`);

	const c: Context = {
		trust,
		directory,
		district,
		now,
		size: note.size,
		policies: [],
		partners: new Map(),
		agencies: new Map(),
		recipients: new Map(),
		problems: new Map()
	};
	await readNotes(c, notes);
	const { requests, refused } = await readFeatures(c, features);
	const recipients = c.recipients;
	return {
		district,
		note,
		checkpoint,
		age,
		marked: age > MARKED_AFTER,
		requests,
		refused,
		recipients
	};
}

function pair(f: Fields): Pair {
	return { note: f.text('note', 65_535), proof: f.text('proof', 65_536) };
}

async function checkDistrictNote(
	raw: string,
	trust: Trust,
	directory: Directory,
	district: District
): Promise<DistrictNote> {
	const note = parseNote(raw);
	if (!(await signedBy(note, directory.platform.key))) {
		refuse('missing-signature', directory.platform.key.name);
	}
	const d = readDistrictNote(note, trust.origin);
	if (d.z !== ZOOM || d.x !== district.x || d.y !== district.y) {
		refuse('district-mismatch', `${d.z}/${d.x}/${d.y}`);
	}
	return d;
}

async function logged(c: Context, p: Pair): Promise<Logged> {
	const l = await readLogged(p.note, p.proof, c.trust, c.now);
	if (l.index >= c.size) refuse('district-mismatch', `entry ${l.index} of ${c.size}`);
	if (c.directory.ended.has(l.index)) refuse('ended', `entry ${l.index}`);
	return l;
}

async function need(l: Logged, key: Parameters<typeof signedBy>[1]): Promise<void> {
	if (!(await signedBy(l.note, key))) refuse('missing-signature', key.name);
}

/* The newest of a name counts. */
function keep<T>(into: Map<string, Stated<T>>, name: string, s: Stated<T>): void {
	const old = into.get(name);
	if (old === undefined || old.logged.index < s.logged.index) into.set(name, s);
}

/*
 * The notes that features need.  One that is false is not used, and its
 * refusal is kept by its type: an item that then misses it says why.
 */
async function readNotes(c: Context, notes: readonly Pair[]): Promise<void> {
	const order = ['policy@v1', 'partner@v1', 'agency@v1', 'recipient@v1'];
	const sorted = notes
		.map((p) => ({ pair: p, type: typeOf(parseNote(p.note)) }))
		.sort((a, b) => order.indexOf(a.type) - order.indexOf(b.type));
	for (const { pair: p, type } of sorted) {
		try {
			await readOne(c, await logged(c, p), type);
		} catch (e) {
			if (!(e instanceof Refusal)) throw e;
			c.problems.set(type, e);
		}
	}
}

async function readOne(c: Context, l: Logged, type: string): Promise<void> {
	const log = c.trust.origin;
	const platform = c.directory.platform.key;
	if (type === 'policy@v1') {
		await need(l, platform);
		const value = readPolicy(l.note, log);
		checkPolicy(value);
		c.policies.push({ value, logged: l });
	} else if (type === 'partner@v1') {
		await need(l, platform);
		const value = await readPartner(l.note, log);
		if (equal(value.key.key, platform.key)) refuse('agency-key', 'a partner with the platform’s key');
		keep(c.partners, value.name, { value, logged: l });
	} else if (type === 'agency@v1') {
		const value = await readAgency(l.note, log);
		const partner = c.partners.get(value.partner);
		if (partner === undefined) throw missing(c, 'partner@v1', 'unknown-partner', value.partner);
		await need(l, partner.value.key);
		await need(l, platform);
		keep(c.agencies, value.name, { value, logged: l });
	} else if (type === 'recipient@v1') {
		const value = readRecipient(l.note, log);
		for (const a of c.agencies.values()) {
			if (a.value.locker.name !== value.owner) continue;
			await need(l, a.value.locker.key);
			if (value.from <= c.now && c.now < value.until) {
				keep(c.recipients, value.owner, { value, logged: l });
			}
		}
	} else {
		refuse('unknown-version', type);
	}
}

/* Why something that a feature needs is not there. */
function missing(c: Context, type: string, reason: 'unknown-partner' | 'unknown-agency' | 'policy-not-in-force', what: string): Refusal {
	return c.problems.get(type) ?? new Refusal(reason, what);
}

async function readFeatures(
	c: Context,
	features: readonly Json[]
): Promise<{ requests: VerifiedRequest[]; refused: RefusedItem[] }> {
	let requests: VerifiedRequest[] = [];
	const refused: RefusedItem[] = [];
	const ids = new Set<string>();
	for (const feature of features) {
		let id = '';
		try {
			const f = new Fields(feature, 'feature');
			id = f.id('id');
			if (ids.has(id)) refuse('malformed', 'one id twice');
			ids.add(id);
			const r = await readFeature(c, f, id);
			if (r !== null) requests.push(r);
		} catch (e) {
			if (!(e instanceof Refusal)) throw e;
			refused.push({ id, refusal: e });
		}
	}
	const over = tooMany(
		requests.map((r) => ({ request: r.request, index: r.logged.index, policy: r.policy.value }))
	);
	requests = requests.filter((r) => !over.has(r.request.id));
	for (const [id, refusal] of over) refused.push({ id, refusal });
	return { requests, refused };
}

/* Null for one that is true but not open now. */
async function readFeature(c: Context, f: Fields, id: string): Promise<VerifiedRequest | null> {
	f.oneOf('type', ['Feature']);
	f.take('geometry');
	const p = f.fields('properties');
	const item = pair(p);
	const textBytes = p.text('text', 65_536);
	p.done();
	f.done();

	const l = await logged(c, item);
	const request = readRequest(l.note, c.trust.origin);
	if (request.id !== id) refuse('features-changed', `the note is of ${request.id}`);
	const agency = await asking(c, l, request.agency);
	if (!(await signedBy(l.note, agency.value.locker.key))) {
		refuse('locker-key', agency.value.locker.name);
	}
	const behalf: Stated<Agency>[] = [];
	for (const name of request.onBehalfOf) behalf.push(await asking(c, l, name));
	const partner = c.partners.get(agency.value.partner);
	if (partner === undefined) throw missing(c, 'partner@v1', 'unknown-partner', agency.value.partner);

	if (!equal(await sha256(utf8(textBytes)), request.text)) refuse('text-changed', id);
	const text = readText(textBytes);
	if (!near(request.area, c.district, NEAR_M)) refuse('outside-district', id);

	const policy = policyAt(c, l.checkpoint.time);
	const rules = checkRequest(request, policy.value);
	if (c.now < request.opens - AHEAD_S || c.now >= request.expires) return null;
	const incident = policy.value.incidents.find((i) => i.id === request.incident)?.title ?? '';
	return { request, text, agency, behalf, partner, policy, incident, rules, logged: l, textBytes };
}

/* The admitted agency called name, which must have signed l. */
async function asking(c: Context, l: Logged, name: string): Promise<Stated<Agency>> {
	const agency = c.agencies.get(name);
	if (agency === undefined) throw missing(c, 'agency@v1', 'unknown-agency', name);
	if (c.now >= agency.value.until) refuse('agency-expired', name);
	if (!(ASKING as readonly string[]).includes(agency.value.class)) {
		refuse('unknown-agency', `${name} is of a class that may not ask`);
	}
	if (!(await signedBy(l.note, agency.value.key))) refuse('agency-key', name);
	return agency;
}

/* The newest policy that was in force at a time. */
function policyAt(c: Context, time: number): Stated<Policy> {
	let best: Stated<Policy> | undefined;
	for (const p of c.policies) {
		if (p.value.forceFrom > time) continue;
		if (best === undefined || best.logged.index < p.logged.index) best = p;
	}
	if (best === undefined) throw missing(c, 'policy@v1', 'policy-not-in-force', `${time}`);
	return best;
}
