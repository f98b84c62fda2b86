/*
 * documents: what parties sign, as docs/protocol.md lists it member by member.
 *
 * Reading checks form only.  Who signed, whether it is in the log and whether
 * it is within the rules is for directory.ts, feed.ts and rules.ts.
 */
import { type Bytes } from './bytes.ts';
import { readArea, type Ring } from './geo.ts';
import { Fields, parseCanonical } from './json.ts';
import { parseVerifierKey, type Note, type VerifierKey } from './note.ts';
import { refuse } from './refusal.ts';

/* The document of a note's one line, which must be of this type and log. */
export function documentOf(note: Note, type: string, log: string): Fields {
	if (note.text.indexOf('\n') !== note.text.length - 1) {
		refuse('malformed', 'a note of more than one line');
	}
	const f = new Fields(parseCanonical(note.text.slice(0, -1)), type);
	const found = f.text('type', 255);
	if (found !== `porchlight/${type}`) refuse('unknown-version', `${found}, not ${type}`);
	const origin = f.text('log', 255);
	if (origin !== log) refuse('wrong-log', origin);
	return f;
}

/* The type that a note says it has, to sort notes by; proves nothing. */
export function typeOf(note: Note): string {
	const m = /[{,]"type":"porchlight\/([a-z-]+@v\d+)"[,}]/.exec(note.text);
	return m?.[1] ?? '';
}

async function key(f: Fields, name: string): Promise<VerifierKey> {
	return parseVerifierKey(f.text(name, 400), 1);
}

/* Only http and https, so that a page may link to it. */
function url(f: Fields): string {
	const text = f.text('url', 1000);
	return /^https?:\/\/[^\s"<>]+$/.test(text) ? text : refuse('malformed', 'a URL');
}

function recipient(f: Fields): string {
	const text = f.text('recipient', 62);
	return /^age1[02-9ac-hj-np-z]{58}$/.test(text) ? text : refuse('malformed', 'an age recipient');
}

export interface Site {
	readonly name: string;
	readonly key: VerifierKey;
	readonly url: string;
}

async function site(f: Fields): Promise<Site> {
	const out = { name: f.text('name', 255, 1), key: await key(f, 'key'), url: url(f) };
	f.done();
	return out;
}

/* The shape of a Fields reader that must await keys. */
async function sites(f: Fields, name: string, max: number): Promise<Site[]> {
	const list = f.list(name, max).map((v, i) => new Fields(v, `${name}[${i}]`));
	return Promise.all(list.map(site));
}

export const PURPOSES = ['carry', 'share'] as const;
export type Purpose = (typeof PURPOSES)[number];

export interface Issuer {
	readonly purpose: Purpose;
	readonly epoch: number;
	readonly key: string;
}

export interface Directory {
	readonly time: number;
	readonly platform: { readonly key: VerifierKey; readonly url: string };
	readonly relays: readonly Site[];
	readonly issuers: readonly Issuer[];
	readonly ended: ReadonlySet<number>;
	readonly policy: number;
	readonly accounts: readonly { readonly epoch: number; readonly served: number }[];
	readonly agencies: Bytes;
}

export async function readDirectory(note: Note, log: string): Promise<Directory> {
	const f = documentOf(note, 'directory@v1', log);
	const p = f.fields('platform');
	const platform = { key: await key(p, 'key'), url: url(p) };
	p.done();
	const issuers = f.each('issuers', 64, (i) => ({
		epoch: i.int('epoch', 0),
		key: i.text('key', 1000, 1),
		purpose: i.oneOf('purpose', PURPOSES)
	}));
	const accounts = f.each('accounts', 10, (a) => ({ epoch: a.int('epoch', 0), served: a.int('served', 0) }));
	const out: Directory = {
		time: f.time('time'),
		platform,
		relays: await sites(f, 'relays', 8),
		issuers,
		ended: new Set(f.ints('ended', 10_000)),
		policy: f.int('policy', 0),
		accounts,
		agencies: f.hash('agencies')
	};
	f.done();
	return out;
}

export interface Incident {
	readonly id: string;
	readonly title: string;
	readonly victims: boolean;
}

export const LIMITS = [
	'area_min',
	'area_max',
	'victims_area_min',
	'width_min',
	'dwellings_min',
	'window_min',
	'window_max',
	'lifetime_max',
	'neighbour_m',
	'neighbour_s',
	'per_case',
	'per_district',
	'urgent_s'
] as const;
export type Limit = (typeof LIMITS)[number];

export interface Policy {
	readonly time: number;
	readonly forceFrom: number;
	readonly limits: Readonly<Record<Limit, number>>;
	readonly incidents: readonly Incident[];
}

export function readPolicy(note: Note, log: string): Policy {
	const f = documentOf(note, 'policy@v1', log);
	const out: Policy = {
		time: f.time('time'),
		forceFrom: f.time('force_from'),
		limits: Object.fromEntries(LIMITS.map((name) => [name, f.int(name, 0)])) as Record<Limit, number>,
		incidents: f.each('incidents', 64, (i) => ({
			id: i.text('id', 64, 1),
			title: i.text('title', 200, 1),
			victims: i.bool('victims')
		}))
	};
	f.done();
	return out;
}

export interface Partner {
	readonly time: number;
	readonly name: string;
	readonly key: VerifierKey;
	readonly legalName: string;
	readonly url: string;
}

export async function readPartner(note: Note, log: string): Promise<Partner> {
	const f = documentOf(note, 'partner@v1', log);
	const out: Partner = {
		time: f.time('time'),
		name: f.text('name', 255, 1),
		key: await key(f, 'key'),
		legalName: f.text('legal_name', 255, 1),
		url: url(f)
	};
	f.done();
	if (out.key.name !== out.name) refuse('malformed', 'a partner whose key has another name');
	return out;
}

export const ASKING = ['municipal-police', 'sheriff', 'fire', 'emergency-management'] as const;
export const CLASSES = [...ASKING, 'local-government'] as const;
export type AgencyClass = (typeof CLASSES)[number];

export interface Agency {
	readonly time: number;
	readonly name: string;
	readonly key: VerifierKey;
	readonly legalName: string;
	readonly class: AgencyClass;
	readonly jurisdiction: Bytes;
	readonly taskForces: readonly string[];
	readonly telephone: string;
	readonly verified: string;
	readonly until: number;
	readonly partner: string;
	readonly locker: Site;
}

export async function readAgency(note: Note, log: string): Promise<Agency> {
	const f = documentOf(note, 'agency@v1', log);
	const out: Agency = {
		time: f.time('time'),
		name: f.text('name', 255, 1),
		key: await key(f, 'key'),
		legalName: f.text('legal_name', 255, 1),
		class: f.oneOf('class', CLASSES),
		jurisdiction: f.hash('jurisdiction'),
		taskForces: f.texts('task_forces', 64),
		telephone: f.text('telephone', 64),
		verified: f.text('verified', 1000),
		until: f.time('until'),
		partner: f.text('partner', 255, 1),
		locker: await site(f.fields('locker'))
	};
	f.done();
	if (out.key.name !== out.name) refuse('malformed', 'an agency whose key has another name');
	return out;
}

export interface Recipient {
	readonly time: number;
	readonly owner: string;
	readonly recipient: string;
	readonly from: number;
	readonly until: number;
}

export function readRecipient(note: Note, log: string): Recipient {
	const f = documentOf(note, 'recipient@v1', log);
	const out: Recipient = {
		time: f.time('time'),
		owner: f.text('owner', 255, 1),
		recipient: recipient(f),
		from: f.time('from'),
		until: f.time('until')
	};
	f.done();
	if (out.until <= out.from || out.until - out.from > 14 * 86400) {
		refuse('malformed', 'a letter recipient that lasts too long');
	}
	return out;
}

export interface Request {
	readonly id: string;
	readonly agency: string;
	readonly onBehalfOf: readonly string[];
	readonly case: string;
	readonly incident: string;
	readonly area: Ring;
	readonly from: number;
	readonly until: number;
	readonly opens: number;
	readonly expires: number;
	readonly urgent: boolean;
	readonly recipient: string;
	readonly text: Bytes;
}

export function readRequest(note: Note, log: string): Request {
	const f = documentOf(note, 'request@v1', log);
	const out: Request = {
		id: f.id('id'),
		agency: f.text('agency', 255, 1),
		onBehalfOf: f.texts('on_behalf_of', 4),
		case: f.text('case', 64, 1),
		incident: f.text('incident', 64, 1),
		area: readArea(f.fields('area')),
		from: f.time('from'),
		until: f.time('until'),
		opens: f.time('opens'),
		expires: f.time('expires'),
		urgent: f.bool('urgent'),
		recipient: recipient(f),
		text: f.hash('text')
	};
	f.done();
	return out;
}

export interface Wording {
	readonly language: string;
	readonly title: string;
	readonly details: string;
}

export interface RequestText extends Wording {
	readonly translations: readonly Wording[];
	readonly contact: { readonly telephone: string; readonly unit: string };
}

function wording(f: Fields): Wording {
	return {
		language: f.text('language', 35, 1),
		title: f.text('title', 120, 1),
		details: f.text('details', 2000)
	};
}

/* The text document's bytes, whose hash the caller has compared. */
export function readText(bytes: string): RequestText {
	const f = new Fields(parseCanonical(bytes), 'text@v1');
	const type = f.text('type', 255);
	if (type !== 'porchlight/text@v1') refuse('unknown-version', type);
	f.base64('salt', 32);
	const c = f.fields('contact');
	const contact = { telephone: c.text('telephone', 64), unit: c.text('unit', 255) };
	c.done();
	const out = { ...wording(f), translations: f.each('translations', 8, wording), contact };
	f.done();
	return out;
}

export interface DistrictNote {
	readonly z: number;
	readonly x: number;
	readonly y: number;
	readonly time: number;
	readonly size: number;
	readonly features: Bytes;
}

export function readDistrictNote(note: Note, log: string): DistrictNote {
	const f = documentOf(note, 'district@v1', log);
	const out: DistrictNote = {
		z: f.int('z', 0, 22),
		x: f.int('x', 0),
		y: f.int('y', 0),
		time: f.time('time'),
		size: f.int('size', 0),
		features: f.hash('features')
	};
	f.done();
	return out;
}
