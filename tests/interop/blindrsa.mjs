// blindrsa.mjs URL RELAY LOCKER REQUEST-NOTE CLIP START END
//
// Takes passes with blindrsa-ts, shares a clip with them, and prints what
// was got, for blindrsa.test to look at.
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import * as client from './client.mjs';

const [, , url, relay, locker, note, clip, start, end] = process.argv;
const carry = await client.takePasses(url, 'carry', 32, () => randomBytes(32));
const keys = [];
const share = await client.takePasses(url, 'share', 16, (i) => {
	keys[i] = client.oneTime();
	return client.sha256(keys[i].pub);
});
const endpoint = `${relay}/v1/to/${locker}/uploads`;

// Create without a word of what follows: the answer's code and Location.
async function create(token, length) {
	const r = await fetch(endpoint, {
		method: 'POST',
		headers: {
			'Tus-Resumable': '1.0.0',
			'Upload-Length': String(length),
			...client.authorization(token),
		},
	});
	return [r.status, r.headers.get('Location')];
}

const first = await create(carry.tokens[0], 1000);
const again = await create(carry.tokens[0], 1000);
const forged = Buffer.from(carry.tokens[1]);
forged[353] ^= 1;
const refused = await create(forged, 1000);
const other = await create(share.tokens[15], 1000);
const { sealed, submission } = await client.seal({
	request: client.body(readFileSync(note, 'utf8')),
	locker,
	key: keys[0],
	token: share.tokens[0],
	clip: readFileSync(clip),
	start,
	end,
});
const sent = await client.upload(sealed, {
	endpoint,
	headers: client.authorization(carry.tokens[2]),
});
console.log(
	JSON.stringify({
		issuer: carry.log,
		carry: {
			spki: carry.spki.toString('base64'),
			tokens: carry.tokens.map((t) => t.toString('base64')),
		},
		share: {
			spki: share.spki.toString('base64'),
			tokens: share.tokens.map((t) => t.toString('base64')),
		},
		first,
		again,
		refused,
		other,
		submission,
		whole: sent.whole,
	}),
);
