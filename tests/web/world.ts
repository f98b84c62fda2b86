/*
 * world: a small instance of everything that signs, for tests.
 *
 * It keeps keys and a log in memory and makes true documents.  An adversary
 * in a test is a world that is told to lie in one place.
 */
import { createHash, createPrivateKey, createPublicKey, sign, type KeyObject } from 'node:crypto';
import { canonical, isoTime, type Json, type JsonObject } from '../../web/core/json.ts';

const hash = (...parts: (string | Uint8Array)[]): Buffer => {
	const h = createHash('sha256');
	for (const p of parts) h.update(p);
	return h.digest();
};
export const sha256hex = (s: string): string => hash(s).toString('hex');

export class Key {
	readonly name: string;
	readonly type: 1 | 4;
	readonly raw: Buffer;
	readonly id: Buffer;
	readonly #secret: KeyObject;

	constructor(name: string, type: 1 | 4 = 1, seed = name) {
		this.name = name;
		this.type = type;
		const pkcs8 = Buffer.concat([Buffer.from('302e020100300506032b657004220420', 'hex'), hash(seed)]);
		this.#secret = createPrivateKey({ key: pkcs8, format: 'der', type: 'pkcs8' });
		this.raw = createPublicKey(this.#secret).export({ format: 'der', type: 'spki' }).subarray(-32);
		this.id = hash(name, Buffer.from([0x0a, type]), this.raw).subarray(0, 4);
	}

	get vkey(): string {
		const material = Buffer.concat([Buffer.from([this.type]), this.raw]).toString('base64');
		return `${this.name}+${this.id.toString('hex')}+${material}`;
	}

	line(text: string): string {
		const bytes = Buffer.concat([this.id, sign(null, Buffer.from(text), this.#secret)]);
		return `\u2014 ${this.name} ${bytes.toString('base64')}\n`;
	}

	cosign(text: string, time: number): string {
		const t = Buffer.alloc(8);
		t.writeBigUInt64BE(BigInt(time));
		const s = sign(null, Buffer.from(`cosignature/v1\ntime ${time}\n${text}`), this.#secret);
		return `\u2014 ${this.name} ${Buffer.concat([this.id, t, s]).toString('base64')}\n`;
	}
}

export function note(doc: JsonObject, ...keys: Key[]): string {
	const text = `${canonical(doc)}\n`;
	return `${text}\n${keys.map((k) => k.line(text)).join('')}`;
}

function root(leaves: readonly Buffer[]): Buffer {
	if (leaves.length === 1) return leaves[0] as Buffer;
	const k = split(leaves.length);
	return hash(Buffer.of(1), root(leaves.slice(0, k)), root(leaves.slice(k)));
}

function split(n: number): number {
	let k = 1;
	while (2 * k < n) k *= 2;
	return k;
}

function path(m: number, leaves: readonly Buffer[]): Buffer[] {
	if (leaves.length === 1) return [];
	const k = split(leaves.length);
	return m < k
		? [...path(m, leaves.slice(0, k)), root(leaves.slice(k))]
		: [...path(m - k, leaves.slice(k)), root(leaves.slice(0, k))];
}

export const ORIGIN = 'demo.example/log';

export class Log {
	readonly key = new Key(ORIGIN);
	readonly watchers = ['one', 'two', 'three'].map((n) => new Key(`watcher-${n}.example`, 4));
	readonly entries: string[] = [];
	/* How many watchers answer. */
	answering = 3;

	add(entry: string): number {
		return this.entries.push(entry) - 1;
	}

	#leaves(size: number): Buffer[] {
		return this.entries.slice(0, size).map((e) => hash(Buffer.of(0), e));
	}

	checkpoint(time: number, size = this.entries.length): string {
		const text = `${ORIGIN}\n${size}\n${root(this.#leaves(size)).toString('base64')}\n`;
		const lines = this.watchers.slice(0, this.answering).map((w, i) => w.cosign(text, time - i));
		return `${text}\n${this.key.line(text)}${lines.join('')}`;
	}

	proof(index: number, time: number, size = this.entries.length): string {
		const lines = path(index, this.#leaves(size)).map((h) => `${h.toString('base64')}\n`);
		return `c2sp.org/tlog-proof@v1\nindex ${index}\n${lines.join('')}\n${this.checkpoint(time, size)}`;
	}

	/* Every tile of a log below 256 * 256 entries, by its path. */
	tiles(size: number): Map<string, Buffer> {
		const out = new Map<string, Buffer>();
		const leaves = this.#leaves(size);
		const name = (n: number, width: number): string =>
			`${String(n).padStart(3, '0')}${width < 256 ? `.p/${width}` : ''}`;
		for (let n = 0; 256 * n < size; n++) {
			const [lo, hi] = [256 * n, Math.min(size, 256 * n + 256)];
			const bundle = this.entries.slice(lo, hi).map((e) => {
				const length = Buffer.alloc(2);
				length.writeUInt16BE(Buffer.byteLength(e));
				return Buffer.concat([length, Buffer.from(e)]);
			});
			out.set(`tile/entries/${name(n, hi - lo)}`, Buffer.concat(bundle));
			out.set(`tile/0/${name(n, hi - lo)}`, Buffer.concat(leaves.slice(lo, hi)));
		}
		const full = Math.floor(size / 256);
		const roots = Array.from({ length: full }, (_, n) => root(leaves.slice(256 * n, 256 * n + 256)));
		if (full > 0) out.set(`tile/1/${name(0, full)}`, Buffer.concat(roots));
		return out;
	}

	trust(k = 2): string {
		return canonical({
			k,
			log: this.key.vkey,
			origin: ORIGIN,
			type: 'porchlight/trust@v1',
			watchers: this.watchers.map((w) => ({ key: w.vkey, until: '2036-01-01T00:00:00Z' }))
		});
	}
}

export const RECIPIENT = 'age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p';

export const LIMITS: JsonObject = {
	area_min: 64_750,
	area_max: 1_294_994,
	victims_area_min: 129_500,
	width_min: 60,
	dwellings_min: 50,
	window_min: 900,
	window_max: 43_200,
	lifetime_max: 14 * 86_400,
	neighbour_m: 1000,
	neighbour_s: 86_400,
	per_case: 2,
	per_district: 5,
	urgent_s: 14_400
};

export interface Pair {
	[name: string]: Json;
	note: string;
	proof: string;
}

/* One admitted agency with its locker. */
export interface Party {
	readonly key: Key;
	readonly locker: Key;
	readonly doc: JsonObject;
	readonly index: number;
}

/* A square of a side in metres around a place. */
export function square(lon: number, lat: number, side: number): JsonObject {
	const dx = side / 2 / (111_320 * Math.cos((lat * Math.PI) / 180));
	const dy = side / 2 / 111_132;
	const p = (x: number, y: number): Json => [Number(x.toFixed(6)), Number(y.toFixed(6))];
	const ring = [
		p(lon - dx, lat - dy),
		p(lon + dx, lat - dy),
		p(lon + dx, lat + dy),
		p(lon - dx, lat + dy)
	];
	return { type: 'Polygon', coordinates: [[...ring, ring[0] as Json]] };
}

export class World {
	readonly log = new Log();
	readonly platform = new Key('demo.example/platform');
	readonly partnerKey = new Key('county.example/partner');
	readonly start: number;
	/* The notes that a collection needs, with proofs, in the log's order. */
	readonly notes: Pair[] = [];
	readonly parties: Party[] = [];
	readonly requests: { id: string; area: Json; index: number; pair: Pair; text: string }[] = [];
	readonly ended: number[] = [];
	policyIndex = 0;
	partnerIndex = 0;

	constructor(now: number) {
		this.start = now - 20 * 86_400;
		this.addPolicy({});
		this.partnerIndex = this.addShared(
			note(
				{
					key: this.partnerKey.vkey,
					legal_name: 'Lake County Association of Chiefs',
					log: ORIGIN,
					name: this.partnerKey.name,
					time: isoTime(this.start),
					type: 'porchlight/partner@v1',
					url: 'https://county.example/'
				},
				this.platform
			)
		);
	}

	/* Log a note at a time, and hand it out with every collection. */
	addShared(entry: string, time = this.start): number {
		const index = this.log.add(entry);
		this.notes.push({ note: entry, proof: this.log.proof(index, time) });
		return index;
	}

	addPolicy(limits: JsonObject): void {
		this.policyIndex = this.addShared(
			note(
				{
					...LIMITS,
					...limits,
					force_from: isoTime(this.start),
					incidents: [
						{ id: 'burglary', title: 'Burglary', victims: true },
						{ id: 'missing-person', title: 'Missing person', victims: false },
						{ id: 'traffic', title: 'Traffic collision with injury', victims: false }
					],
					log: ORIGIN,
					time: isoTime(this.start),
					type: 'porchlight/policy@v1'
				},
				this.platform
			)
		);
	}

	addAgency(name: string, legal: string, over: JsonObject = {}, signers?: Key[]): Party {
		const key = new Key(name);
		const locker = new Key(`locker.${name}`);
		const doc: JsonObject = {
			class: 'municipal-police',
			jurisdiction: sha256hex(name),
			key: key.vkey,
			legal_name: legal,
			locker: { key: locker.vkey, name: locker.name, url: 'http://agency.localhost:8081' },
			log: ORIGIN,
			name,
			partner: this.partnerKey.name,
			task_forces: [],
			telephone: '+1 555 0100',
			time: isoTime(this.start),
			type: 'porchlight/agency@v1',
			until: isoTime(this.start + 400 * 86_400),
			verified: 'Visited; charter and chief’s letter of 3 November seen',
			...over
		};
		const index = this.addShared(note(doc, ...(signers ?? [this.partnerKey, this.platform])));
		const party = { key, locker, doc, index };
		this.parties.push(party);
		return party;
	}

	/* File a request; over replaces members of the document. */
	addRequest(by: Party, id: string, opens: number, text: JsonObject, over: JsonObject, signers?: Key[]): void {
		const bytes = canonical({
			contact: { telephone: '+1 555 0142', unit: 'Investigations' },
			language: 'en',
			salt: hash(id).toString('base64'),
			translations: [],
			type: 'porchlight/text@v1',
			...text
		});
		const doc: JsonObject = {
			agency: by.key.name,
			area: square(-88.03, 43.05, 420),
			case: `LP-26-${id.slice(0, 4)}`,
			expires: isoTime(opens + 7 * 86_400),
			from: isoTime(opens - 14 * 3600),
			id,
			incident: 'burglary',
			log: ORIGIN,
			on_behalf_of: [],
			opens: isoTime(opens),
			recipient: RECIPIENT,
			text: sha256hex(bytes),
			type: 'porchlight/request@v1',
			until: isoTime(opens - 12 * 3600),
			urgent: false,
			...over
		};
		const entry = note(doc, ...(signers ?? [by.key, by.locker]));
		const index = this.log.add(entry);
		const pair = { note: entry, proof: this.log.proof(index, opens) };
		this.requests.push({ id, area: doc['area'] as Json, index, pair, text: bytes });
	}

	agencies(): string {
		return canonical({
			agencies: this.parties.map(({ doc, index }) => {
				const { log: _log, key: _key, time: _time, type: _type, ...rest } = doc;
				return { ...rest, index, suspended: this.ended.includes(index) };
			}),
			partners: [
				{
					index: this.partnerIndex,
					legal_name: 'Lake County Association of Chiefs',
					name: this.partnerKey.name,
					url: 'https://county.example/'
				}
			],
			type: 'porchlight/agencies@v1'
		});
	}

	issuers(now: number): Json[] {
		const epoch = Math.floor(now / 604_800);
		return [epoch - 1, epoch, epoch + 1].flatMap((e) =>
			['carry', 'share'].map((purpose) => ({
				epoch: e,
				key: hash(`${purpose} ${e}`).toString('base64'),
				purpose
			}))
		);
	}

	/* The body of /v1/directory, newly logged. */
	directory(now: number, over: JsonObject = {}): string {
		const relays = ['porch.example', 'lantern.example'].map((n) => ({
			key: new Key(`relay.${n}`).vkey,
			name: `relay.${n}`,
			url: `https://relay.${n}`
		}));
		const entry = note(
			{
				accounts: [{ epoch: Math.floor(now / 604_800) - 1, served: 1240 }],
				agencies: sha256hex(this.agencies()),
				ended: [...this.ended].sort((a, b) => a - b),
				issuers: this.issuers(now),
				log: ORIGIN,
				platform: { key: this.platform.vkey, url: 'http://localhost:8080' },
				policy: this.policyIndex,
				relays,
				time: isoTime(now),
				type: 'porchlight/directory@v1',
				...over
			},
			this.platform
		);
		const index = this.log.add(entry);
		return canonical({ note: entry, proof: this.log.proof(index, now) });
	}

	features(): Json[] {
		return this.requests.map((r) => ({
			geometry: r.area,
			id: r.id,
			properties: { ...r.pair, text: r.text },
			type: 'Feature'
		}));
	}

	/* The body of /v1/feed/12/x/y; over replaces members of the note. */
	collection(x: number, y: number, now: number, features = this.features(), over: JsonObject = {}): string {
		const size = this.log.entries.length;
		const district = note(
			{
				features: sha256hex(canonical(features)),
				log: ORIGIN,
				size,
				time: isoTime(now),
				type: 'porchlight/district@v1',
				x,
				y,
				z: 12,
				...over
			},
			this.platform
		);
		return canonical({
			checkpoint: this.log.checkpoint(now),
			district,
			features,
			notes: this.notes,
			type: 'FeatureCollection'
		});
	}
}
