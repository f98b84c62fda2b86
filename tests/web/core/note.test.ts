import assert from 'node:assert/strict';
import { test } from 'node:test';
import { canonical, Fields, isoTime, parseCanonical } from '../../../web/core/json.ts';
import { cosignedAt, parseNote, parseVerifierKey, signedBy, vkeyText } from '../../../web/core/note.ts';
import { Refusal, type Reason } from '../../../web/core/refusal.ts';
import { readCheckpoint, readLogged, readTrust } from '../../../web/core/trust.ts';
import { Key, Log, ORIGIN } from '../world.ts';

const NOW = 1_796_000_000;

const refused = (reason: Reason) => (e: unknown) => e instanceof Refusal && e.reason === reason;

test('the example of the signed-note specification', async () => {
	const key = await parseVerifierKey(
		'example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k',
		1
	);
	const raw =
		'This is an example message.\n\n' +
		'\u2014 example.com/foo Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=\n';
	assert.equal(await signedBy(parseNote(raw), key), true);
	assert.equal(vkeyText(key), 'example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k');
	await assert.rejects(signedBy(parseNote(raw.replace('an', 'no')), key), refused('bad-signature'));
});

test('notes that are no notes', () => {
	const line = new Key('a').line('x\n');
	assert.doesNotThrow(() => parseNote(`x\n\n${line}`));
	for (const bad of ['', 'x', 'x\n', `x\n${line}`, `x\n\n${line.trimEnd()}`, `x\ty\n\n${line}`]) {
		assert.throws(() => parseNote(bad), refused('malformed'), JSON.stringify(bad));
	}
	assert.throws(() => parseNote(`x\n\n${line.replace(' a ', ' a+b ')}`), refused('malformed'));
	assert.throws(() => parseNote(`x\n\n${line.repeat(65)}`), refused('malformed'));
});

test('a signature of an unknown key is not counted', async () => {
	const text = 'x\n';
	const n = parseNote(`${text}\n${new Key('a').line(text)}`);
	const other = await parseVerifierKey(new Key('b').vkey, 1);
	const sameName = await parseVerifierKey(new Key('a', 1, 'another seed').vkey, 1);
	assert.equal(await signedBy(n, other), false);
	assert.equal(await signedBy(n, sameName), false);
});

test('cosignatures carry their time', async () => {
	const w = new Key('w', 4);
	const text = `${ORIGIN}\n1\nAAAA\n`;
	const key = await parseVerifierKey(w.vkey, 4);
	assert.equal(await cosignedAt(parseNote(`${text}\n${w.cosign(text, NOW)}`), key), NOW);
	await assert.rejects(parseVerifierKey(w.vkey, 1), refused('malformed'));
	const moved = w.cosign(`${ORIGIN}\n2\nAAAA\n`, NOW);
	await assert.rejects(cosignedAt(parseNote(`${text}\n${moved}`), key), refused('bad-signature'));
});

test('canonical form: one document, one spelling', () => {
	const text = '{"a":1.1,"b":[true,null,"\\u001f\u20ac"],"c":1e-7,"z":{}}';
	assert.equal(canonical(parseCanonical(text)), text);
	for (const bad of ['{"a":1,"a":2}', '{"b":1,"a":2}', '{ "a":1}', '1.0', '"\\u20ac"', '[1,]']) {
		assert.throws(() => parseCanonical(bad), Refusal, bad);
	}
	assert.throws(() => parseCanonical('"\\ud800"'), refused('malformed'));
	assert.throws(() => parseCanonical('['.repeat(30) + ']'.repeat(30)), refused('malformed'));
});

test('fields: what was not declared is refused', () => {
	const f = new Fields({ a: 1, t: '2026-11-30T23:59:59Z', extra: 1 }, 'doc');
	assert.equal(f.int('a', 0), 1);
	assert.equal(isoTime(f.time('t')), '2026-11-30T23:59:59Z');
	assert.throws(() => f.done(), refused('unknown-version'));
	assert.throws(() => new Fields({ t: '2026-02-30T00:00:00Z' }, 'doc').time('t'), refused('malformed'));
});

test('a trust file needs more than half of its watchers', async () => {
	const log = new Log();
	assert.equal((await readTrust(log.trust(2))).watchers.length, 3);
	await assert.rejects(readTrust(log.trust(1)), refused('bad-trust-file'));
	await assert.rejects(readTrust(log.trust(4)), refused('bad-trust-file'));
	await assert.rejects(readTrust('{}'), refused('bad-trust-file'));
});

test('a checkpoint needs the log and k watchers, at times that have come', async () => {
	const log = new Log();
	for (let i = 0; i < 5; i++) log.add(`entry ${i}`);
	const trust = await readTrust(log.trust());
	const c = await readCheckpoint(log.checkpoint(NOW), trust, NOW);
	assert.equal(c.size, 5);
	assert.equal(c.time, NOW - 1, 'the second newest');
	await assert.rejects(readCheckpoint(log.checkpoint(NOW + 400), trust, NOW), refused('ahead-of-clock'));
	log.answering = 1;
	await assert.rejects(readCheckpoint(log.checkpoint(NOW), trust, NOW), refused('too-few-watchers'));
	log.answering = 3;
	const unsigned = log.checkpoint(NOW).replace(/\n\u2014 demo\.example\/log [^\n]*/, '');
	await assert.rejects(readCheckpoint(unsigned, trust, NOW), refused('missing-signature'));
	const after = Date.parse('2036-02-01T00:00:00Z') / 1000;
	await assert.rejects(readCheckpoint(log.checkpoint(after), trust, after), refused('too-few-watchers'));
});

test('a proof binds an entry to a checkpoint', async () => {
	const log = new Log();
	const entries = Array.from({ length: 11 }, (_, i) => {
		const text = `entry ${i}\n`;
		return `${text}\n${log.key.line(text)}`;
	});
	for (const e of entries) log.add(e);
	const trust = await readTrust(log.trust());
	for (const [i, e] of entries.entries()) {
		assert.equal((await readLogged(e, log.proof(i, NOW), trust, NOW)).index, i);
	}
	const [a, b] = [entries[3] as string, entries[4] as string];
	assert.ok(a !== b);
	await assert.rejects(readLogged(b, log.proof(3, NOW), trust, NOW), refused('not-in-log'));
});
