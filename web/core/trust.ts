/*
 * trust: whose signatures a reader believes, and since when a checkpoint
 * stands.
 *
 * porchlight/trust@v1.  It comes with the program, the app or from a person,
 * never from a platform or a package.
 */
import { fromBase64, utf8, type Bytes } from './bytes.ts';
import { Fields, parseCanonical } from './json.ts';
import { included, leafHash } from './merkle.ts';
import { cosignedAt, parseNote, parseVerifierKey, signedBy, type Note, type VerifierKey } from './note.ts';
import { Refusal, refuse } from './refusal.ts';

const MAX_WATCHERS = 32;

/* How far ahead of the reader's clock a cosignature may be, in seconds. */
const AHEAD_S = 300;

export interface Watcher {
	readonly key: VerifierKey;
	readonly until: number;
}

export interface Trust {
	readonly origin: string;
	readonly log: VerifierKey;
	readonly watchers: readonly Watcher[];
	readonly k: number;
}

export interface Checkpoint {
	readonly raw: string;
	readonly origin: string;
	readonly size: number;
	readonly root: Bytes;
	/* The k-th newest valid cosignature's time, UTC seconds. */
	readonly time: number;
	/* Which watchers cosigned, newest first. */
	readonly watchers: readonly { readonly name: string; readonly time: number }[];
}

/* A note that is in the log, as its proof says. */
export interface Logged {
	readonly note: Note;
	readonly index: number;
	readonly checkpoint: Checkpoint;
	readonly proof: string;
	readonly path: number;
}

/* Read the bytes of a trust file; a newline after it is allowed. */
export async function readTrust(text: string): Promise<Trust> {
	try {
		const f = new Fields(parseCanonical(text.replace(/\n$/, '')), 'trust');
		f.oneOf('type', ['porchlight/trust@v1']);
		const origin = f.text('origin', 255, 1);
		const k = f.int('k', 1, MAX_WATCHERS);
		const log = await parseVerifierKey(f.text('log', 400), 1);
		const read = f.each('watchers', MAX_WATCHERS, (w) => ({
			vkey: w.text('key', 400),
			until: w.time('until')
		}));
		f.done();
		const watchers = await Promise.all(
			read.map(async (w) => ({ key: await parseVerifierKey(w.vkey, 4), until: w.until }))
		);
		const keys = new Set(watchers.map((w) => w.key.key.join()));
		if (keys.size !== watchers.length) refuse('malformed', 'one watcher twice');
		if (k > watchers.length || 2 * k <= watchers.length) {
			refuse('malformed', 'k must be more than half of the watchers');
		}
		return { origin, log, watchers, k };
	} catch (e) {
		if (e instanceof Refusal && e.reason !== 'unsupported') {
			throw new Refusal('bad-trust-file', e.message);
		}
		throw e;
	}
}

function decimal(text: string | undefined): number {
	const n = text !== undefined && /^(?:0|[1-9]\d{0,15})$/.test(text) ? Number(text) : NaN;
	return Number.isSafeInteger(n) ? n : refuse('malformed', 'a number of the log');
}

function sha256Line(line: string | undefined): Bytes {
	const hash = fromBase64(line ?? '');
	return hash.length === 32 ? hash : refuse('malformed', 'a hash that is not 32 bytes');
}

/*
 * Check a checkpoint: signed by the log and cosigned by k watchers, at times
 * that now (UTC seconds) has reached.
 */
export async function readCheckpoint(raw: string, trust: Trust, now: number): Promise<Checkpoint> {
	const note = parseNote(raw);
	const lines = note.text.slice(0, -1).split('\n');
	if (lines.length < 3 || lines.includes('')) refuse('malformed', 'a checkpoint');
	if (lines[0] !== trust.origin) refuse('wrong-log', lines[0] ?? '');
	const size = decimal(lines[1]);
	const root = sha256Line(lines[2]);
	if (!(await signedBy(note, trust.log))) refuse('missing-signature', trust.log.name);

	const seen: { name: string; time: number }[] = [];
	let ahead = false;
	for (const w of trust.watchers) {
		const time = await cosignedAt(note, w.key);
		if (time === null || time > w.until) continue;
		if (time > now + AHEAD_S) ahead = true;
		else seen.push({ name: w.key.name, time });
	}
	seen.sort((a, b) => b.time - a.time);
	const kth = seen[trust.k - 1];
	if (kth === undefined) {
		return refuse(
			ahead ? 'ahead-of-clock' : 'too-few-watchers',
			`${seen.length} of ${trust.k}`
		);
	}
	return { raw, origin: trust.origin, size, root, time: kth.time, watchers: seen };
}

/*
 * Check that note (verbatim) is in the log by a tlog-proof,
 * https://c2sp.org/tlog-proof.
 */
export async function readLogged(
	note: string,
	proof: string,
	trust: Trust,
	now: number
): Promise<Logged> {
	const split = proof.indexOf('\n\n');
	if (split < 0) refuse('malformed', 'a proof without a checkpoint');
	const lines = proof.slice(0, split).split('\n');
	if (lines.shift() !== 'c2sp.org/tlog-proof@v1') refuse('unknown-version', 'a proof');
	if (lines[0]?.startsWith('extra ') === true) lines.shift();
	const first = lines.shift();
	if (first?.startsWith('index ') !== true) refuse('malformed', 'a proof without an index');
	const index = decimal(first.slice('index '.length));
	const path = lines.map(sha256Line);
	const checkpoint = await readCheckpoint(proof.slice(split + 2), trust, now);
	const leaf = await leafHash(utf8(note));
	if (!(await included(leaf, index, checkpoint.size, path, checkpoint.root))) {
		refuse('not-in-log', `entry ${index} of ${checkpoint.size}`);
	}
	return { note: parseNote(note), index, checkpoint, proof, path: path.length };
}
