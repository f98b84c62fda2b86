/*
 * json: reading documents that parties exchange.
 *
 * A document equals its RFC 8785 form, so that no two readers see different
 * things: JSON.parse alone would accept duplicate members.  Members are
 * declared, and what was not declared is refused: a new member is a new
 * version.
 */
import { fromBase64, fromHex, utf8, type Bytes } from './bytes.ts';
import { refuse } from './refusal.ts';

export type Json = null | boolean | number | string | Json[] | JsonObject;
export interface JsonObject {
	[name: string]: Json;
}

const DEPTH = 24;

/* The RFC 8785 form of v. */
export function canonical(v: Json, depth = 0): string {
	if (depth > DEPTH) refuse('malformed', 'nested too deep');
	if (typeof v === 'string') return quoted(v);
	if (v === null || typeof v !== 'object') {
		if (typeof v === 'number' && !Number.isFinite(v)) {
			refuse('malformed', 'not a finite number');
		}
		return JSON.stringify(v);
	}
	if (Array.isArray(v)) {
		return `[${v.map((e) => canonical(e, depth + 1)).join(',')}]`;
	}
	const members = Object.keys(v)
		.sort()
		.map((k) => `${quoted(k)}:${canonical(v[k] as Json, depth + 1)}`);
	return `{${members.join(',')}}`;
}

function quoted(text: string): string {
	if (/\0|[\uD800-\uDBFF](?![\uDC00-\uDFFF])|(?<![\uD800-\uDBFF])[\uDC00-\uDFFF]/.test(text)) {
		refuse('malformed', 'a character that no document may hold');
	}
	return JSON.stringify(text);
}

export function parse(text: string): Json {
	try {
		return JSON.parse(text) as Json;
	} catch {
		return refuse('malformed', 'not JSON');
	}
}

/* Parse text, which must equal its own RFC 8785 form. */
export function parseCanonical(text: string): Json {
	const v = parse(text);
	if (canonical(v) !== text) refuse('not-canonical', 'not in RFC 8785 form');
	return v;
}

/*
 * Fields reads the members of one object, each once; done() refuses those
 * that nobody asked for.  at names the object in refusals.
 */
export class Fields {
	readonly #members: Map<string, Json>;
	readonly #at: string;

	constructor(v: Json | undefined, at: string) {
		if (typeof v !== 'object' || v === null || Array.isArray(v)) {
			refuse('malformed', `${at} is not an object`);
		}
		this.#at = at;
		this.#members = new Map(Object.entries(v));
	}

	has(name: string): boolean {
		return this.#members.has(name);
	}

	take(name: string): Json {
		const v = this.#members.get(name);
		if (v === undefined) refuse('malformed', `${this.#at}.${name} is missing`);
		this.#members.delete(name);
		return v;
	}

	done(): void {
		for (const name of this.#members.keys()) {
			refuse('unknown-version', `${this.#at}.${name} is not known`);
		}
	}

	#bad(name: string, what: string): never {
		return refuse('malformed', `${this.#at}.${name} is not ${what}`);
	}

	/* max counts bytes. */
	text(name: string, max: number, min = 0): string {
		const v = this.take(name);
		if (typeof v !== 'string') return this.#bad(name, 'text');
		const n = utf8(v).length;
		return n < min || n > max ? this.#bad(name, 'of that length') : v;
	}

	oneOf<T extends string>(name: string, values: readonly T[]): T {
		const v = this.text(name, 255);
		return values.find((one) => one === v) ?? this.#bad(name, 'one of those allowed');
	}

	int(name: string, min: number, max = Number.MAX_SAFE_INTEGER): number {
		const v = this.take(name);
		if (typeof v !== 'number' || !Number.isSafeInteger(v)) {
			return this.#bad(name, 'a whole number');
		}
		return v < min || v > max ? this.#bad(name, 'in its limits') : v;
	}

	bool(name: string): boolean {
		const v = this.take(name);
		return typeof v === 'boolean' ? v : this.#bad(name, 'true or false');
	}

	/* UTC seconds, from RFC 3339 with whole seconds and Z. */
	time(name: string): number {
		const v = this.text(name, 20);
		const ms = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/.test(v) ? Date.parse(v) : NaN;
		if (Number.isNaN(ms) || isoTime(ms / 1000) !== v) return this.#bad(name, 'a time');
		return ms / 1000;
	}

	id(name: string): string {
		const v = this.text(name, 32);
		return /^[0-9a-f]{32}$/.test(v) ? v : this.#bad(name, 'an id');
	}

	hash(name: string): Bytes {
		const v = this.text(name, 64);
		return /^[0-9a-f]{64}$/.test(v) ? fromHex(v) : this.#bad(name, 'a SHA-256');
	}

	base64(name: string, length: number): Bytes {
		const v = fromBase64(this.text(name, 2 * length + 8));
		return v.length === length ? v : this.#bad(name, `${length} bytes`);
	}

	list(name: string, max: number, min = 0): Json[] {
		const v = this.take(name);
		if (!Array.isArray(v)) return this.#bad(name, 'a list');
		return v.length < min || v.length > max ? this.#bad(name, 'of that length') : v;
	}

	texts(name: string, max: number, bytes = 255): string[] {
		return this.list(name, max).map((v) =>
			typeof v === 'string' && utf8(v).length <= bytes ? v : this.#bad(name, 'a list of texts')
		);
	}

	ints(name: string, max: number): number[] {
		return this.list(name, max).map((v) =>
			typeof v === 'number' && Number.isSafeInteger(v) ? v : this.#bad(name, 'a list of numbers')
		);
	}

	fields(name: string): Fields {
		return new Fields(this.take(name), `${this.#at}.${name}`);
	}

	/* Each element of a list of objects. */
	each<T>(name: string, max: number, read: (f: Fields) => T): T[] {
		return this.list(name, max).map((v, i) => {
			const f = new Fields(v, `${this.#at}.${name}[${i}]`);
			const out = read(f);
			f.done();
			return out;
		});
	}
}

/* RFC 3339 of UTC seconds. */
export function isoTime(seconds: number): string {
	return new Date(1000 * seconds).toISOString().replace('.000Z', 'Z');
}
