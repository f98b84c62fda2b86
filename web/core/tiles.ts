/*
 * tiles: any entry of the log, with its proof made from tiles.
 *
 * https://c2sp.org/tlog-tiles.  Nothing that a tile says is believed before
 * it leads to the root of a checkpoint that was checked (trust.ts).
 */
import { fromUtf8, type Bytes } from './bytes.ts';
import { included, leafHash, nodeHash } from './merkle.ts';
import { parseNote, type Note } from './note.ts';
import { refuse } from './refusal.ts';
import type { Checkpoint } from './trust.ts';

const WIDTH = 256;
const HEIGHT = 8;

export type GetTile = (path: string) => Promise<Bytes>;

export interface Entry {
	readonly index: number;
	readonly note: Note;
	readonly bytes: Bytes;
	readonly path: readonly Bytes[];
}

/* "x001/x234/067" */
function numbered(n: number): string {
	const last = String(n % 1000).padStart(3, '0');
	let out = last;
	for (let rest = Math.floor(n / 1000); rest > 0; rest = Math.floor(rest / 1000)) {
		out = `x${String(rest % 1000).padStart(3, '0')}/${out}`;
	}
	return out;
}

/* The path under /log/ of tile n at a level, of a tree of that size. */
export function tilePath(level: number | 'entries', n: number, size: number): string {
	const hashes = Math.floor(size / WIDTH ** (level === 'entries' ? 0 : level));
	const width = Math.min(WIDTH, hashes - n * WIDTH);
	if (width <= 0) refuse('malformed', 'a tile that is not there');
	return `tile/${level}/${numbered(n)}${width < WIDTH ? `.p/${width}` : ''}`;
}

/* The entries of one entry tile, length-prefixed. */
export function splitEntries(tile: Bytes): Bytes[] {
	const view = new DataView(tile.buffer, tile.byteOffset, tile.byteLength);
	const out: Bytes[] = [];
	for (let at = 0; at < tile.length; ) {
		if (at + 2 > tile.length) refuse('malformed', 'an entry tile');
		const n = view.getUint16(at);
		at += 2;
		if (at + n > tile.length) refuse('malformed', 'an entry tile');
		out.push(tile.slice(at, at + n));
		at += n;
	}
	return out;
}

class Tree {
	readonly #size: number;
	readonly #get: GetTile;
	readonly #tiles = new Map<string, Promise<Bytes>>();

	constructor(size: number, get: GetTile) {
		this.#size = size;
		this.#get = get;
	}

	async #tile(level: number, n: number): Promise<Bytes> {
		const path = tilePath(level, n, this.#size);
		const tile = this.#tiles.get(path) ?? this.#get(path);
		this.#tiles.set(path, tile);
		return tile;
	}

	/* Of the complete subtree of 2^height leaves that begins with leaf at. */
	async #complete(at: number, height: number): Promise<Bytes> {
		if (height % HEIGHT !== 0) {
			const half = 2 ** (height - 1);
			const both = await Promise.all([this.#complete(at, height - 1), this.#complete(at + half, height - 1)]);
			return nodeHash(both[0], both[1]);
		}
		const n = at / 2 ** height;
		const tile = await this.#tile(height / HEIGHT, Math.floor(n / WIDTH));
		const hash = tile.slice(32 * (n % WIDTH), 32 * (n % WIDTH) + 32);
		return hash.length === 32 ? hash : refuse('malformed', 'a tile that is too short');
	}

	/* Of leaves from lo up to hi, as RFC 6962 defines it. */
	async root(lo: number, hi: number): Promise<Bytes> {
		const n = hi - lo;
		const height = Math.log2(n);
		if (Number.isInteger(height)) return this.#complete(lo, height);
		const k = lo + below(n);
		return nodeHash(await this.root(lo, k), await this.root(k, hi));
	}

	async path(m: number, lo: number, hi: number): Promise<Bytes[]> {
		if (hi - lo === 1) return [];
		const k = lo + below(hi - lo);
		return m < k
			? [...(await this.path(m, lo, k)), await this.root(k, hi)]
			: [...(await this.path(m, k, hi)), await this.root(lo, k)];
	}
}

/* The largest power of two below n. */
function below(n: number): number {
	let k = 1;
	while (2 * k < n) k *= 2;
	return k;
}

/* Entry index of the log, proved against the checkpoint. */
export async function readEntry(index: number, checkpoint: Checkpoint, get: GetTile): Promise<Entry> {
	const { size, root } = checkpoint;
	if (index < 0 || index >= size) refuse('not-in-log', `entry ${index} of ${size}`);
	const n = Math.floor(index / WIDTH);
	const tile = splitEntries(await get(tilePath('entries', n, size)));
	const bytes = tile[index % WIDTH];
	if (bytes === undefined) return refuse('malformed', 'an entry tile that is too short');
	const path = await new Tree(size, get).path(index, 0, size);
	if (!(await included(await leafHash(bytes), index, size, path, root))) {
		refuse('not-in-log', `entry ${index} of ${size}`);
	}
	return { index, note: parseNote(fromUtf8(bytes)), bytes, path };
}

/*
 * The newest entries of the log, at most a tile of them, newest first, each
 * proved against the checkpoint.
 */
export async function readNewest(checkpoint: Checkpoint, most: number, get: GetTile): Promise<Entry[]> {
	const kept = new Map<string, Promise<Bytes>>();
	const once: GetTile = (path) => {
		const found = kept.get(path) ?? get(path);
		kept.set(path, found);
		return found;
	};
	const { size } = checkpoint;
	const first = Math.max(0, size - most);
	const wanted = Array.from({ length: size - first }, (_, i) => size - 1 - i);
	return Promise.all(wanted.map((i) => readEntry(i, checkpoint, once)));
}
