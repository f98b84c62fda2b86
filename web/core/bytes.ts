/*
 * bytes: text, hex, base64 and SHA-256.
 *
 * Decoding is strict: what would not encode back to the same characters is a
 * Refusal, so that one value has one spelling.
 */
import { refuse } from './refusal.ts';

export type Bytes = Uint8Array<ArrayBuffer>;

const encoder = new TextEncoder();
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

export function utf8(text: string): Bytes {
	return encoder.encode(text);
}

/* The text of bytes, which must be UTF-8. */
export function fromUtf8(bytes: Bytes): string {
	try {
		return decoder.decode(bytes);
	} catch {
		return refuse('malformed', 'not UTF-8');
	}
}

export function concat(...parts: readonly Uint8Array[]): Bytes {
	const out = new Uint8Array(parts.reduce((n, p) => n + p.length, 0));
	let at = 0;
	for (const part of parts) {
		out.set(part, at);
		at += part.length;
	}
	return out;
}

export function equal(a: Uint8Array, b: Uint8Array): boolean {
	return a.length === b.length && a.every((byte, i) => byte === b[i]);
}

export function hex(bytes: Uint8Array): string {
	return Array.from(bytes, (b) => b.toString(16).padStart(2, '0')).join('');
}

export function fromHex(text: string): Bytes {
	if (!/^(?:[0-9a-f]{2})*$/.test(text)) refuse('malformed', 'not lower-case hex');
	const out = new Uint8Array(text.length / 2);
	for (let i = 0; i < out.length; i++) {
		out[i] = parseInt(text.slice(2 * i, 2 * i + 2), 16);
	}
	return out;
}

export function base64(bytes: Uint8Array): string {
	let text = '';
	for (let i = 0; i < bytes.length; i += 0x8000) {
		text += String.fromCharCode(...bytes.subarray(i, i + 0x8000));
	}
	return btoa(text);
}

/* RFC 4648 section 4, padded, with no stray bits. */
export function fromBase64(text: string): Bytes {
	let raw: string;
	try {
		raw = atob(text);
	} catch {
		return refuse('malformed', 'not base64');
	}
	const out = Uint8Array.from(raw, (c) => c.charCodeAt(0));
	if (base64(out) !== text) refuse('malformed', 'base64 is not in its one form');
	return out;
}

export function uint64(n: number): Bytes {
	const out = new Uint8Array(8);
	new DataView(out.buffer).setBigUint64(0, BigInt(n));
	return out;
}

export async function sha256(data: Uint8Array): Promise<Bytes> {
	if (crypto.subtle === undefined) {
		return refuse('unsupported', 'WebCrypto needs https or localhost');
	}
	return new Uint8Array(await crypto.subtle.digest('SHA-256', data as Bytes));
}
