import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { consistent, included } from '../../../web/core/merkle.ts';

const source = process.env['PORCHLIGHT_SOURCE'] ?? '.';
const vectors = join(process.env['PORCHLIGHT_SHARED'] ?? join(source, '../shared'), 'vectors/merkle');
const skip = existsSync(vectors) ? false : 'no shared vectors here';

interface Inclusion {
	leafIdx: number;
	treeSize: number;
	root: string;
	leafHash: string;
	proof: string[] | null;
	wantErr: boolean;
}
interface Consistency {
	size1: number;
	size2: number;
	root1: string;
	root2: string;
	proof: string[] | null;
	wantErr: boolean;
}

const bytes = (s: string): Buffer => Buffer.from(s ?? '', 'base64');

function read<T>(kind: string): { name: string; v: T }[] {
	return readdirSync(join(vectors, kind), { recursive: true, encoding: 'utf8' })
		.filter((name) => name.endsWith('.json'))
		.map((name) => ({ name, v: JSON.parse(readFileSync(join(vectors, kind, name), 'utf8')) as T }));
}

/* The vectors use hashes of other lengths here and there; ours must not. */
const wellFormed = (...h: Buffer[]): boolean => h.every((b) => b.length === 32);

test('inclusion proofs of the shared vectors', { skip }, async () => {
	let n = 0;
	for (const { name, v } of read<Inclusion>('inclusion')) {
		const proof = (v.proof ?? []).map(bytes);
		const got = await included(bytes(v.leafHash), v.leafIdx, v.treeSize, proof, bytes(v.root));
		const want = !v.wantErr && wellFormed(bytes(v.leafHash), bytes(v.root));
		assert.equal(got, want, name);
		n++;
	}
	assert.ok(n >= 90, `${n} vectors`);
});

test('consistency proofs of the shared vectors', { skip }, async () => {
	let n = 0;
	for (const { name, v } of read<Consistency>('consistency')) {
		const proof = (v.proof ?? []).map(bytes);
		const got = await consistent(v.size1, v.size2, proof, bytes(v.root1), bytes(v.root2));
		const want = !v.wantErr && wellFormed(bytes(v.root1), bytes(v.root2));
		assert.equal(got, want, name);
		n++;
	}
	assert.ok(n >= 90, `${n} vectors`);
});
