// A resident's client from others' parts: Node's Ed25519, blindrsa-ts,
// age-encryption and tus-js-client, after docs/protocol.md.  No code of ours.
import {
	createHash,
	createPrivateKey,
	createPublicKey,
	generateKeyPairSync,
	hkdfSync,
	randomBytes,
	sign,
	webcrypto,
} from 'node:crypto';
import { npm } from './npm.mjs';

const { RSABSSA } = await npm('@cloudflare/blindrsa-ts');
const age = await npm('age-encryption');
const tus = await npm('tus-js-client');

export const EPOCH_S = 604800;
export const sha256 = (...parts) => {
	const h = createHash('sha256');
	for (const p of parts) h.update(p);
	return h.digest();
};

// RFC 8785, for the values that documents here have.
export function canonical(v) {
	if (Array.isArray(v)) return `[${v.map(canonical).join(',')}]`;
	if (v === null || typeof v !== 'object') return JSON.stringify(v);
	const members = Object.keys(v)
		.sort()
		.map((k) => `${JSON.stringify(k)}:${canonical(v[k])}`);
	return `{${members.join(',')}}`;
}

export const time = (ms) => `${new Date(ms).toISOString().slice(0, 19)}Z`;

// A key for notes.
export function noteKey(name, privateKey) {
	const spki = createPublicKey(privateKey).export({ format: 'der', type: 'spki' });
	const pub = spki.subarray(-32);
	const bytes = Buffer.concat([Buffer.of(1), pub]);
	const id = sha256(`${name}\n`, bytes).subarray(0, 4);
	return {
		pub,
		vkey: `${name}+${id.toString('hex')}+${bytes.toString('base64')}`,
		note(body) {
			const text = `${canonical(body)}\n`;
			const s = sign(null, Buffer.from(text), privateKey);
			const line = Buffer.concat([id, s]).toString('base64');
			return `${text}\n\u2014 ${name} ${line}\n`;
		},
	};
}

export const body = (note) => JSON.parse(note.slice(0, note.indexOf('\n')));

async function call(url, options) {
	const r = await fetch(url, options);
	const text = await r.text();
	if (!r.ok) throw new Error(`${url}: ${r.status} ${text}`);
	return JSON.parse(text);
}

const post = (url, v) =>
	call(url, {
		method: 'POST',
		headers: { 'Content-Type': 'application/json' },
		body: JSON.stringify(v),
	});

export const directory = async (url) =>
	body((await call(`${url}/v1/directory`)).note);

// A secret of 16 bytes makes a one-time key; its twelve words are not needed.
export function oneTime() {
	const seed = hkdfSync('sha256', randomBytes(16), '', 'porchlight/one-time@v1', 32);
	const der = Buffer.concat([
		Buffer.from('302e020100300506032b657004220420', 'hex'),
		Buffer.from(seed),
	]);
	const key = createPrivateKey({ key: der, format: 'der', type: 'pkcs8' });
	return noteKey('one-time', key);
}

// RFC 9577: the challenge of an issuer, without context and origin.
function challengeDigest(issuer) {
	const name = Buffer.from(issuer);
	const n = Buffer.alloc(2);
	n.writeUInt16BE(name.length);
	return sha256(Buffer.of(0, 2), n, name, Buffer.of(0), Buffer.of(0, 0));
}

// The key inside RFC 9578's SubjectPublicKeyInfo, which WebCrypto refuses:
// 72 bytes before it say RSASSA-PSS.
async function issuerKey(spki) {
	const plain = createPublicKey({
		key: spki.subarray(72),
		format: 'der',
		type: 'pkcs1',
	}).export({ format: 'der', type: 'spki' });
	const how = { name: 'RSA-PSS', hash: 'SHA-384' };
	return webcrypto.subtle.importKey('spki', plain, how, true, ['verify']);
}

// An account that takes all passes of a purpose in this epoch: tokens of 354
// bytes.  nonces are made by makeNonce().
export async function takePasses(url, purpose, quota, makeNonce) {
	const account = noteKey('account', generateKeyPairSync('ed25519').privateKey);
	const { log, issuers } = await directory(url);
	const epoch = Math.floor(Date.now() / 1000 / EPOCH_S);
	const issuer = issuers.find((i) => i.purpose === purpose && i.epoch === epoch);
	const spki = Buffer.from(issuer.key, 'base64');
	const key = await issuerKey(spki);
	const suite = RSABSSA.SHA384.PSS.Deterministic();
	await post(`${url}/v1/accounts`, {
		note: account.note({
			type: 'porchlight/account@v1',
			log,
			key: account.vkey,
			kind: 'recorder',
		}),
	});
	const made = [];
	for (let i = 0; i < quota; i++) {
		const input = Buffer.concat([
			Buffer.of(0, 2),
			makeNonce(i),
			challengeDigest(log),
			sha256(spki),
		]);
		made.push({ input, ...(await suite.blind(key, suite.prepare(input))) });
	}
	const take = account.note({
		type: 'porchlight/take@v1',
		log,
		key: account.vkey,
		purpose,
		epoch,
		blinded: made.map((m) => Buffer.from(m.blindedMsg).toString('base64')),
	});
	const answer = await post(`${url}/v1/tokens`, { note: take });
	const again = await post(`${url}/v1/tokens`, { note: take });
	if (canonical(again) !== canonical(answer))
		throw new Error('the same bytes again got another answer');
	const tokens = [];
	for (const [i, m] of made.entries()) {
		const blind = Buffer.from(answer.signatures[i], 'base64');
		const s = await suite.finalize(key, m.input, blind, m.inv);
		tokens.push(Buffer.concat([m.input, s]));
	}
	return { log, spki, tokens };
}

export const authorization = (token) => ({
	Authorization: `PrivateToken token="${token.toString('base64url').padEnd(Math.ceil(token.length / 3) * 4, '=')}"`,
});

// -- what is shared -----------------------------------------------------------

function padme(n) {
	const e = Math.floor(Math.log2(n));
	const s = Math.floor(Math.log2(e)) + 1;
	const step = 2 ** (e - s);
	return Math.ceil(n / step) * step;
}

// POSIX ustar of regular files, without owner and time.
function tar(files) {
	const parts = [];
	for (const [name, data] of files) {
		const h = Buffer.alloc(512);
		h.write(name);
		h.write('0000644\0', 100);
		h.write('0000000\0', 108);
		h.write('0000000\0', 116);
		h.write(`${data.length.toString(8).padStart(11, '0')}\0`, 124);
		h.write('00000000000\0', 136);
		h.write('        0', 148);
		h.write('ustar\0', 257);
		h.write('00', 263);
		const sum = h.reduce((a, b) => a + b, 0);
		h.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
		parts.push(h, data, Buffer.alloc(-data.length & 511));
	}
	const all = Buffer.concat([...parts, Buffer.alloc(1024)]);
	return Buffer.concat([all, Buffer.alloc(padme(all.length) - all.length)]);
}

// The upload of one clip: the age file, and the submission's id.
export async function seal({ request, locker, key, token, clip, start, end }) {
	const payload = [
		[
			'data/clips.json',
			canonical({
				type: 'porchlight/clips@v1',
				clips: [{ file: '1.mp4', start, end, error_s: 2, source: 'stated' }],
			}),
		],
		['data/statement.json', canonical({ type: 'porchlight/statement@v1', text: '' })],
		['data/1.mp4', clip],
	].map(([name, data]) => [name, Buffer.from(data)]);
	const manifest = payload
		.map(([name, data]) => `${sha256(data).toString('hex')}  ${name}\n`)
		.join('');
	const note = key.note({
		type: 'porchlight/share@v1',
		log: request.log,
		request: request.id,
		locker,
		key: key.vkey,
		token: token.toString('base64'),
		manifest: sha256(manifest).toString('hex'),
	});
	const bag = tar([
		[
			'bagit.txt',
			Buffer.from(
				'BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n',
			),
		],
		['tags/share.note', Buffer.from(note)],
		['manifest-sha256.txt', Buffer.from(manifest)],
		...payload,
	]);
	const e = new age.Encrypter();
	e.addRecipient(request.recipient);
	return {
		sealed: Buffer.from(await e.encrypt(bag)),
		submission: token.subarray(2, 18).toString('hex'),
	};
}

// -- uploads ------------------------------------------------------------------

// Upload by tus-js-client.  Resolves with its address, whether the upload is
// whole or has failed for good; offsets get what HEAD answered on the way.
export function upload(data, { offsets, ...options }) {
	return new Promise((resolve, reject) => {
		const u = new tus.Upload(data, {
			retryDelays: [100, 300, 600, 1000, 2000, 3000],
			storeFingerprintForResuming: false,
			onAfterResponse: (req, res) => {
				if (req.getMethod() === 'HEAD')
					offsets?.push(Number(res.getHeader('Upload-Offset')));
			},
			onError: (e) => (u.url ? resolve({ url: u.url, whole: false }) : reject(e)),
			onSuccess: () => resolve({ url: u.url, whole: true }),
			...options,
		});
		u.start();
	});
}
