// tus.mjs URL RELAY-PORT LOCKER FILE: upload by tus-js-client over a line that
// breaks in the midst.
//
// The first client gives up when the line breaks.  The second knows nothing
// but the address, sends in pieces, and its line breaks, too: it asks for the
// offset and goes on by itself.  Prints the offsets between.
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import * as client from './client.mjs';

const [, , url, relayPort, locker, file] = process.argv;
const relay = `http://127.0.0.1:${relayPort}`;
const path = `/v1/to/${locker}/uploads`;
const { tokens } = await client.takePasses(url, 'carry', 32, () => randomBytes(32));
const data = readFileSync(file);
const headers = client.authorization(tokens[0]);

// A line to the relay that breaks once, when so many bytes went through.
async function line(bytes) {
	let left = bytes;
	const server = createServer((from) => {
		const to = connect(Number(relayPort), '127.0.0.1');
		from.on('error', () => to.destroy());
		to.on('error', () => from.destroy());
		to.on('close', () => from.destroy());
		from.on('close', () => to.end());
		to.pipe(from);
		from.on('data', (piece) => {
			if (!to.write(piece)) {
				from.pause();
				to.once('drain', () => from.resume());
			}
			left -= piece.length;
			if (left > 0 || left + piece.length <= 0) return;
			to.end(() => from.destroy());
		});
	});
	await new Promise((listening) => server.listen(0, '127.0.0.1', listening));
	return { url: `http://127.0.0.1:${server.address().port}`, server };
}

async function offset(address) {
	const r = await fetch(address, {
		method: 'HEAD',
		headers: { 'Tus-Resumable': '1.0.0' },
	});
	return [
		r.status,
		Number(r.headers.get('Upload-Offset')),
		Number(r.headers.get('Upload-Length')),
		r.headers.get('Cache-Control'),
	];
}

const third = Math.floor(data.length / 3);
const one = await line(third);
const first = await client.upload(data, {
	endpoint: one.url + path,
	headers,
	retryDelays: null,
});
const at = new URL(first.url).pathname;
const offsets = [await offset(relay + at)];

// A client whose reply was lost creates again: the same pass, the same place.
const again = await fetch(relay + path, {
	method: 'POST',
	headers: {
		'Tus-Resumable': '1.0.0',
		'Upload-Length': String(data.length),
		...headers,
	},
});
const two = await line(third);
const asked = [];
const second = await client.upload(data, {
	uploadUrl: two.url + at,
	headers,
	chunkSize: 262144,
	offsets: asked,
});
offsets.push(await offset(relay + at));
one.server.close();
two.server.close();
console.log(
	JSON.stringify({
		size: data.length,
		sha256: client.sha256(data).toString('hex'),
		first: first.whole,
		second: second.whole,
		at,
		again: new URL(again.headers.get('Location'), relay).pathname,
		asked,
		offsets,
	}),
);
process.exit(0);
