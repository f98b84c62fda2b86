/*
 * note: C2SP signed notes with Ed25519 (type 1) and cosignature/v1 (type 4).
 *
 * https://c2sp.org/signed-note@v1.0.0, https://c2sp.org/tlog-cosignature
 */
import { base64, concat, equal, fromBase64, fromHex, hex, sha256, utf8, type Bytes } from './bytes.ts';
import { refuse } from './refusal.ts';

const MAX_SIGNATURES = 64;
const MAX_BYTES = 128 * 1024;

export interface Signature {
	readonly name: string;
	readonly id: Bytes;
	readonly bytes: Bytes;
}

/* text includes its last newline; raw is the whole note as it was served. */
export interface Note {
	readonly raw: string;
	readonly text: string;
	readonly signatures: readonly Signature[];
}

export type KeyType = 1 | 4;

export interface VerifierKey {
	readonly name: string;
	readonly type: KeyType;
	readonly id: Bytes;
	readonly key: Bytes;
}

export function parseNote(raw: string): Note {
	if (raw.length > MAX_BYTES) refuse('malformed', 'a note that is too long');
	if (/[\0-\x09\x0b-\x1f]/.test(raw)) refuse('malformed', 'a control character in a note');
	const split = raw.lastIndexOf('\n\n');
	if (split < 0 || !raw.endsWith('\n')) refuse('malformed', 'a note without signatures');
	const lines = raw.slice(split + 2, -1).split('\n');
	if (lines.length > MAX_SIGNATURES) refuse('malformed', 'a note with too many signatures');
	return { raw, text: raw.slice(0, split + 1), signatures: lines.map(parseSignature) };
}

function parseSignature(line: string): Signature {
	const parts = line.split(' ');
	const [dash, name, encoded] = parts;
	if (parts.length !== 3 || dash !== '\u2014' || !isKeyName(name) || encoded === undefined) {
		return refuse('malformed', 'a signature line');
	}
	const bytes = fromBase64(encoded);
	if (bytes.length < 5) refuse('malformed', 'a signature that is too short');
	return { name, id: bytes.slice(0, 4), bytes: bytes.slice(4) };
}

export function isKeyName(name: string | undefined): name is string {
	return name !== undefined && name !== '' && !/[\s+]/u.test(name);
}

/* The key called name; key is 32 bytes. */
export async function verifierKey(name: string, type: KeyType, key: Bytes): Promise<VerifierKey> {
	if (!isKeyName(name) || key.length !== 32) refuse('malformed', 'a key');
	const hash = await sha256(concat(utf8(name), Uint8Array.of(0x0a, type), key));
	return { name, type, key, id: hash.slice(0, 4) };
}

/* A vkey, name+id+base64, of a type that is allowed. */
export async function parseVerifierKey(vkey: string, type: KeyType): Promise<VerifierKey> {
	const first = vkey.indexOf('+');
	const second = vkey.indexOf('+', first + 1);
	if (first < 0 || second < 0) refuse('malformed', 'a verifier key');
	const material = fromBase64(vkey.slice(second + 1));
	if (material[0] !== type) refuse('malformed', 'a verifier key of another type');
	const key = await verifierKey(vkey.slice(0, first), type, material.slice(1));
	if (!equal(fromHex(vkey.slice(first + 1, second)), key.id)) {
		refuse('malformed', 'a verifier key whose id is not its own');
	}
	return key;
}

export function vkeyText(key: VerifierKey): string {
	return `${key.name}+${hex(key.id)}+${base64(concat(Uint8Array.of(key.type), key.key))}`;
}

/* Whether this browser or runtime can check Ed25519. */
export async function canVerify(): Promise<boolean> {
	if (crypto.subtle === undefined) return false;
	try {
		const base = new Uint8Array(32).fill(0x66);
		base[0] = 0x58;
		await crypto.subtle.importKey('raw', base, { name: 'Ed25519' }, false, ['verify']);
		return true;
	} catch {
		return false;
	}
}

async function ed25519(key: Bytes, signature: Bytes, message: Bytes): Promise<boolean> {
	if (crypto.subtle === undefined) {
		return refuse('unsupported', 'WebCrypto needs https or localhost');
	}
	let imported: CryptoKey;
	try {
		imported = await crypto.subtle.importKey('raw', key, { name: 'Ed25519' }, false, ['verify']);
	} catch {
		return refuse((await canVerify()) ? 'bad-signature' : 'unsupported', 'Ed25519');
	}
	return crypto.subtle.verify({ name: 'Ed25519' }, imported, signature, message);
}

/*
 * Check every signature of note that key made.  False where there is none; a
 * Refusal where one of them is wrong.
 */
export async function signedBy(note: Note, key: VerifierKey): Promise<boolean> {
	if (key.type !== 1) refuse('malformed', 'a watcher’s key where another belongs');
	let found = false;
	for (const s of note.signatures) {
		if (s.name !== key.name || !equal(s.id, key.id)) continue;
		if (s.bytes.length !== 64 || !(await ed25519(key.key, s.bytes, utf8(note.text)))) {
			refuse('bad-signature', key.name);
		}
		found = true;
	}
	return found;
}

/* The newest time (UTC seconds) at which key cosigned note, or null. */
export async function cosignedAt(note: Note, key: VerifierKey): Promise<number | null> {
	if (key.type !== 4) refuse('malformed', 'another key where a watcher’s belongs');
	let newest: number | null = null;
	for (const s of note.signatures) {
		if (s.name !== key.name || !equal(s.id, key.id)) continue;
		if (s.bytes.length !== 72) refuse('bad-signature', key.name);
		const time = Number(new DataView(s.bytes.buffer, s.bytes.byteOffset).getBigUint64(0));
		if (!Number.isSafeInteger(time)) refuse('bad-signature', key.name);
		const message = utf8(`cosignature/v1\ntime ${time}\n${note.text}`);
		if (!(await ed25519(key.key, s.bytes.slice(8), message))) refuse('bad-signature', key.name);
		newest = Math.max(newest ?? 0, time);
	}
	return newest;
}
