/*
 * api: reading what the installation serves to everybody.
 *
 * No cookies, no referrer.  A district is asked for as a whole, never an item
 * or a view of a map.
 */
import { verifyAgencies, verifyDirectory, readDistricts, type Agencies, type VerifiedDirectory } from '../core/directory.ts';
import { verifyDistrict, type VerifiedDistrict } from '../core/feed.ts';
import { boxOf, districtOf, districtPath, type District } from '../core/geo.ts';
import { parse } from '../core/json.ts';
import { canVerify } from '../core/note.ts';
import { refuse } from '../core/refusal.ts';
import { readEntry, readNewest, type Entry } from '../core/tiles.ts';
import { readCheckpoint, type Checkpoint, type Trust } from '../core/trust.ts';
import { Failure } from '../ui/failure.ts';
import { readPlan, together, type Plan } from '../ui/plan.ts';
import { now } from '../ui/times.ts';

const MAX_BYTES = 64 * 1024 * 1024;

async function get(path: string): Promise<Response> {
	let reply: Response;
	try {
		reply = await fetch(path, { credentials: 'omit', referrerPolicy: 'no-referrer' });
	} catch {
		throw new Failure(0, `GET ${path}`);
	}
	if (!reply.ok) throw new Failure(reply.status, `GET ${path}: ${reply.status}`);
	if (Number(reply.headers.get('content-length') ?? 0) > MAX_BYTES) {
		throw new Failure(reply.status, `GET ${path}: too large`);
	}
	return reply;
}

export async function getText(path: string): Promise<string> {
	const reply = await get(path);
	try {
		return await reply.text();
	} catch {
		throw new Failure(0, `GET ${path}: broken off`);
	}
}

export async function getBytes(path: string): Promise<Uint8Array<ArrayBuffer>> {
	const reply = await get(path);
	try {
		return new Uint8Array(await reply.arrayBuffer());
	} catch {
		throw new Failure(0, `GET ${path}: broken off`);
	}
}

/* What an installation says of itself.  It is believed for banners alone. */
export interface About {
	readonly name: string;
	readonly demo: boolean;
	readonly notices: readonly string[];
}

export async function getAbout(): Promise<About> {
	const v = parse(await getText('/v1/about'));
	const o = typeof v === 'object' && v !== null && !Array.isArray(v) ? v : {};
	const notices = Array.isArray(o['notices']) ? o['notices'] : [];
	return {
		name: typeof o['name'] === 'string' ? o['name'] : '',
		demo: o['demo'] === true,
		notices: notices.filter((n) => typeof n === 'string')
	};
}

export async function getDirectory(trust: Trust): Promise<VerifiedDirectory> {
	if (!(await canVerify())) refuse('unsupported', 'WebCrypto Ed25519');
	return verifyDirectory(await getText('/v1/directory'), trust, now());
}

export async function getDistrict(trust: Trust, district: District): Promise<VerifiedDistrict> {
	const [{ directory }, body] = await Promise.all([
		getDirectory(trust),
		getText(`/v1/feed/${districtPath(district)}`)
	]);
	return verifyDistrict(body, trust, directory, district, now());
}

export async function getDistricts(): Promise<string[]> {
	return readDistricts(await getText('/v1/districts.json'));
}

export async function getAgencies(trust: Trust): Promise<Agencies & { directory: VerifiedDirectory }> {
	const directory = await getDirectory(trust);
	const list = await verifyAgencies(await getText('/v1/agencies.json'), directory.directory);
	return { ...list, directory };
}

export async function getCheckpoint(trust: Trust): Promise<Checkpoint> {
	if (!(await canVerify())) refuse('unsupported', 'WebCrypto Ed25519');
	return readCheckpoint(await getText('/log/checkpoint'), trust, now());
}

export async function getEntry(index: number, checkpoint: Checkpoint): Promise<Entry> {
	return readEntry(index, checkpoint, (path) => getBytes(`/log/${path}`));
}

export async function getNewest(checkpoint: Checkpoint, most: number): Promise<Entry[]> {
	return readNewest(checkpoint, most, (path) => getBytes(`/log/${path}`));
}

/*
 * The street plan of a district and of those that its items reach into, or
 * null where there is none: a map is no reason to fail.  Which districts these
 * are depends on what is public alone.
 */
export async function getPlans(shown: VerifiedDistrict): Promise<Plan | null> {
	const own = shown.district;
	const all = new Map([[districtPath(own), own]]);
	for (const r of shown.requests) {
		const b = boxOf(r.request.area);
		for (const corner of [[b.west, b.south], [b.west, b.north], [b.east, b.south], [b.east, b.north]] as const) {
			const d = districtOf(corner);
			all.set(districtPath(d), d);
		}
	}
	return together(await Promise.all([...all.values()].map(getPlan)));
}

async function getPlan(district: District): Promise<Plan | null> {
	try {
		return readPlan(await getText(`/v1/map/${districtPath(district)}`));
	} catch {
		return null;
	}
}
