/*
 * merkle: inclusion and consistency proofs of RFC 6962 trees, checked as
 * RFC 9162 sections 2.1.3.2 and 2.1.4.2 say.
 *
 * Sizes are below 2^53, so halving is done by division, not by shifts.
 */
import { concat, equal, sha256, type Bytes } from './bytes.ts';

const MAX_PROOF = 63;

export async function leafHash(entry: Uint8Array): Promise<Bytes> {
	return sha256(concat(Uint8Array.of(0), entry));
}

export async function nodeHash(left: Uint8Array, right: Uint8Array): Promise<Bytes> {
	return sha256(concat(Uint8Array.of(1), left, right));
}

function wellFormed(hashes: readonly Uint8Array[]): boolean {
	return hashes.length <= MAX_PROOF + 3 && hashes.every((h) => h.length === 32);
}

const odd = (n: number): boolean => n % 2 === 1;
const half = (n: number): number => Math.floor(n / 2);

/* Whether proof shows that leaf (a leaf hash) is entry index of the tree. */
export async function included(
	leaf: Uint8Array,
	index: number,
	size: number,
	proof: readonly Uint8Array[],
	root: Uint8Array
): Promise<boolean> {
	if (![index, size].every(Number.isSafeInteger) || index < 0 || index >= size) return false;
	if (!wellFormed([leaf, root, ...proof])) return false;
	let fn = index;
	let sn = size - 1;
	let hash = leaf;
	for (const sibling of proof) {
		if (sn === 0) return false;
		if (odd(fn) || fn === sn) {
			hash = await nodeHash(sibling, hash);
			while (!odd(fn) && fn !== 0) {
				fn = half(fn);
				sn = half(sn);
			}
		} else {
			hash = await nodeHash(hash, sibling);
		}
		fn = half(fn);
		sn = half(sn);
	}
	return sn === 0 && equal(hash, root);
}

/* Whether proof shows that the tree of size2 begins with that of size1. */
export async function consistent(
	size1: number,
	size2: number,
	proof: readonly Uint8Array[],
	root1: Uint8Array,
	root2: Uint8Array
): Promise<boolean> {
	if (![size1, size2].every(Number.isSafeInteger) || size1 < 1 || size1 > size2) return false;
	if (!wellFormed([root1, root2, ...proof])) return false;
	if (size1 === size2) return proof.length === 0 && equal(root1, root2);
	let fn = size1 - 1;
	let sn = size2 - 1;
	while (odd(fn)) {
		fn = half(fn);
		sn = half(sn);
	}
	/* Where size1 is a power of two, its root begins the path itself. */
	const path = fn === 0 ? [root1, ...proof] : proof;
	const first = path[0];
	if (first === undefined) return false;
	let fr = first;
	let sr = first;
	for (const c of path.slice(1)) {
		if (sn === 0) return false;
		if (odd(fn) || fn === sn) {
			fr = await nodeHash(c, fr);
			sr = await nodeHash(c, sr);
			while (!odd(fn) && fn !== 0) {
				fn = half(fn);
				sn = half(sn);
			}
		} else {
			sr = await nodeHash(sr, c);
		}
		fn = half(fn);
		sn = half(sn);
	}
	return sn === 0 && equal(fr, root1) && equal(sr, root2);
}
