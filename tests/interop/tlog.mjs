// An independent reader of a public log (C2SP tlog-checkpoint, tlog-tiles,
// tlog-cosignature, tlog-proof): tlog.mjs URL TRUST.  Uses no code of ours.
//
// Reads all entries of all tiles, computes the root from them, holds that to
// the checkpoint and the checkpoint to the trust file's keys, holds every
// hash tile to the tree, and follows the directory's proof.
import { createHash, createPublicKey, verify } from 'node:crypto';
import { readFileSync } from 'node:fs';

const [, , url, trustFile] = process.argv;
const trust = JSON.parse(readFileSync(trustFile, 'utf8'));

function check(holds, what) {
	if (!holds) throw new Error(what);
}

const sha256 = (...parts) => {
	const h = createHash('sha256');
	for (const p of parts) h.update(p);
	return h.digest();
};
const leafHash = (entry) => sha256(Buffer.of(0), entry);
const nodeHash = (a, b) => sha256(Buffer.of(1), a, b);

async function get(path) {
	const r = await fetch(url + path);
	check(r.status === 200, `${path}: ${r.status}`);
	return Buffer.from(await r.arrayBuffer());
}

// A verifier key: name+id+base64(algorithm, key).
function key(vkey) {
	const name = vkey.slice(0, vkey.indexOf('+'));
	const id = Buffer.from(vkey.slice(name.length + 1, name.length + 9), 'hex');
	const bytes = Buffer.from(vkey.slice(name.length + 10), 'base64');
	check(
		sha256(`${name}\n`, bytes).subarray(0, 4).equals(id),
		`${name}: the key id is not the key's`,
	);
	const der = Buffer.concat([
		Buffer.from('302a300506032b6570032100', 'hex'),
		bytes.subarray(1),
	]);
	return {
		name,
		id,
		algorithm: bytes[0],
		key: createPublicKey({ key: der, format: 'der', type: 'spki' }),
	};
}

// Signature lines of a note that are by a key, without its id.
function signatures(note, k) {
	return note
		.slice(note.indexOf('\n\n') + 2)
		.split('\n')
		.filter((line) => line.startsWith(`\u2014 ${k.name} `))
		.map((line) => Buffer.from(line.split(' ')[2], 'base64'))
		.filter((s) => s.subarray(0, 4).equals(k.id))
		.map((s) => s.subarray(4));
}

function signedByLog(note) {
	const text = note.slice(0, note.indexOf('\n\n') + 1);
	const k = key(trust.log);
	return signatures(note, k).some((s) => verify(null, Buffer.from(text), k.key, s));
}

function cosignedBy(note, vkey) {
	const text = note.slice(0, note.indexOf('\n\n') + 1);
	const k = key(vkey);
	check(k.algorithm === 4, `${k.name} is no watcher's key`);
	return signatures(note, k).some((s) => {
		const signed = `cosignature/v1\ntime ${s.readBigUInt64BE(0)}\n${text}`;
		return verify(null, Buffer.from(signed), k.key, s.subarray(8));
	});
}

function open(note) {
	check(signedByLog(note), 'the log did not sign the checkpoint');
	const by = trust.watchers.filter((w) => cosignedBy(note, w.key)).length;
	check(by >= trust.k, `${by} watchers cosigned, ${trust.k} are needed`);
	const [origin, size, root] = note.split('\n');
	check(origin === trust.origin, `the origin is ${origin}`);
	return { size: Number(size), root: Buffer.from(root, 'base64'), by };
}

// x001/x234/067, and .p/W for a tile that is not full.
function name(n, width) {
	const parts = [String(n % 1000).padStart(3, '0')];
	for (n = Math.floor(n / 1000); n > 0; n = Math.floor(n / 1000))
		parts.unshift(`x${String(n % 1000).padStart(3, '0')}`);
	return parts.join('/') + (width === 256 ? '' : `.p/${width}`);
}

const tiles = (size) =>
	Array.from({ length: Math.ceil(size / 256) }, (_, n) => [
		n,
		Math.min(256, size - n * 256),
	]);

async function entries(size) {
	const all = [];
	for (const [n, width] of tiles(size)) {
		const bytes = await get(`/log/tile/entries/${name(n, width)}`);
		let at = 0;
		for (let i = 0; i < width; i++) {
			const length = bytes.readUInt16BE(at);
			all.push(bytes.subarray(at + 2, at + 2 + length));
			at += 2 + length;
		}
		check(at === bytes.length, `entries ${n}: ${bytes.length - at} bytes are over`);
	}
	return all;
}

// RFC 6962, 2.1, as it is written there.
function root(leaves) {
	if (leaves.length === 1) return leaves[0];
	let k = 1;
	while (k * 2 < leaves.length) k *= 2;
	return nodeHash(root(leaves.slice(0, k)), root(leaves.slice(k)));
}

async function hashTiles(leaves) {
	let count = 0;
	for (let level = 0, hashes = leaves; hashes.length > 0; level++) {
		for (const [n, width] of tiles(hashes.length)) {
			const bytes = await get(`/log/tile/${level}/${name(n, width)}`);
			const want = Buffer.concat(hashes.slice(n * 256, n * 256 + width));
			check(bytes.equals(want), `tile ${level}/${n} is not of the tree`);
			count++;
		}
		const next = [];
		for (let n = 0; (n + 1) * 256 <= hashes.length; n++)
			next.push(root(hashes.slice(n * 256, (n + 1) * 256)));
		hashes = next;
	}
	return count;
}

// RFC 9162, 2.1.3.2.
function include(index, size, leaf, path) {
	let [fn, sn, r] = [index, size - 1, leaf];
	for (const p of path) {
		check(sn > 0, 'the proof is too long');
		if (fn % 2 === 1 || fn === sn) {
			r = nodeHash(p, r);
			while (fn % 2 === 0 && fn !== 0) [fn, sn] = [fn / 2, Math.floor(sn / 2)];
		} else r = nodeHash(r, p);
		[fn, sn] = [Math.floor(fn / 2), Math.floor(sn / 2)];
	}
	check(sn === 0, 'the proof is too short');
	return r;
}

function proof(text, entry) {
	const [head, checkpoint] = [
		text.slice(0, text.indexOf('\n\n')),
		text.slice(text.indexOf('\n\n') + 2),
	];
	const lines = head.split('\n').filter((l) => !l.startsWith('extra '));
	check(lines[0] === 'c2sp.org/tlog-proof@v1', `a proof begins with ${lines[0]}`);
	const index = Number(lines[1].replace(/^index /, ''));
	const path = lines.slice(2).map((l) => Buffer.from(l, 'base64'));
	const at = open(checkpoint);
	check(
		include(index, at.size, leafHash(entry), path).equals(at.root),
		'the proof leads to another root',
	);
	return index;
}

const checkpoint = open((await get('/log/checkpoint')).toString());
const all = await entries(checkpoint.size);
const leaves = all.map(leafHash);
check(root(leaves).equals(checkpoint.root), 'the entries have another root');
const count = await hashTiles(leaves);
const directory = JSON.parse((await get('/v1/directory')).toString());
const entry = Buffer.from(directory.note);
const index = proof(directory.proof, entry);
check(all[index].equals(entry), 'the directory is not the entry that it is said to be');
const types = {};
for (const e of all) {
	const { type } = JSON.parse(e.subarray(0, e.indexOf('\n')).toString());
	types[type] = (types[type] ?? 0) + 1;
}
console.log(
	JSON.stringify({
		size: checkpoint.size,
		watchers: checkpoint.by,
		tiles: count,
		directory: index,
		types,
	}),
);
