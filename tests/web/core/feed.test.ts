import assert from 'node:assert/strict';
import { test } from 'node:test';
import { verifyAgencies, verifyDirectory } from '../../../web/core/directory.ts';
import { verifyDistrict, type VerifiedDistrict } from '../../../web/core/feed.ts';
import { area, districtOf, isConvex, parseDistrict, width, type Ring } from '../../../web/core/geo.ts';
import type { JsonObject } from '../../../web/core/json.ts';
import { Refusal, type Reason } from '../../../web/core/refusal.ts';
import { readTrust } from '../../../web/core/trust.ts';
import { Key, note, RECIPIENT, square, World, type Party } from '../world.ts';

const NOW = 1_796_000_000;
const D = districtOf([-88.03, 43.05]);
const ID = 'a'.repeat(32);
const TEXT: JsonObject = { title: 'A car left the scene', details: 'A grey estate car.' };

const refused = (reason: Reason) => (e: unknown) => e instanceof Refusal && e.reason === reason;

function world(): { w: World; police: Party } {
	const w = new World(NOW);
	return { w, police: w.addAgency('lakeland.example/police', 'Lakeland Police') };
}

async function show(w: World, body?: string, now = NOW, over: JsonObject = {}): Promise<VerifiedDistrict> {
	const trust = await readTrust(w.log.trust());
	const { directory } = await verifyDirectory(w.directory(now, over), trust, now);
	return verifyDistrict(body ?? w.collection(D.x, D.y, now), trust, directory, D, now);
}

async function only(w: World, reason: Reason, over: JsonObject = {}): Promise<void> {
	const d = await show(w, undefined, NOW, over);
	assert.deepEqual(d.requests.length, 0);
	assert.deepEqual(d.refused.map((r) => r.refusal.reason), [reason], d.refused[0]?.refusal.message);
}

test('a true district yields what the notes say', async () => {
	const { w, police } = world();
	w.addRequest(police, ID, NOW - 3600, TEXT, {});
	const d = await show(w);
	assert.deepEqual(d.refused, []);
	const r = d.requests[0];
	assert.equal(r?.text.title, 'A car left the scene');
	assert.equal(r?.agency.value.legalName, 'Lakeland Police');
	assert.equal(r?.incident, 'Burglary');
	assert.equal(r?.logged.index, 3);
	assert.equal(d.marked, false);
});

test('an empty district is no refusal', async () => {
	assert.deepEqual((await show(world().w)).requests, []);
});

test('adversary: a stale district under a fresh checkpoint', async () => {
	const { w, police } = world();
	w.addRequest(police, ID, NOW - 90_000, TEXT, {});
	const size = w.log.entries.length;
	w.directory(NOW);
	const stale = { size, time: new Date(1000 * (NOW - 90_000)).toISOString().replace('.000', '') };
	const old = w.collection(D.x, D.y, NOW, w.features(), stale);
	await assert.rejects(show(w, old), refused('district-mismatch'));
	const { size: _, ...kept } = stale;
	await assert.rejects(show(w, w.collection(D.x, D.y, NOW, w.features(), kept)), refused('stale-district'));
});

test('a district is marked after 3 hours and hidden after 24', async () => {
	const { w } = world();
	const at = (s: number): string => w.collection(D.x, D.y, NOW - s);
	assert.equal((await show(w, at(3 * 3600 - 10))).marked, false);
	assert.equal((await show(w, at(4 * 3600))).marked, true);
	await assert.rejects(show(w, at(25 * 3600)), refused('stale-district'));
});

test('adversary: a request that is not in the log', async () => {
	const { w, police } = world();
	w.addRequest(police, ID, NOW - 3600, TEXT, {});
	const other = new World(NOW);
	const p2 = other.addAgency('lakeland.example/police', 'Lakeland Police');
	other.addRequest(p2, ID, NOW - 3600, TEXT, { case: 'another' });
	(w.requests[0] as { pair: unknown }).pair = {
		note: other.requests[0]?.pair.note,
		proof: w.requests[0]?.pair.proof
	};
	await only(w, 'not-in-log');
});

test('adversary: a swapped recipient', async () => {
	const { w, police } = world();
	const other = RECIPIENT.replace('ql3z7h', 'ql3z7j');
	w.addRequest(police, ID, NOW - 3600, TEXT, { recipient: other });
	const signed = w.requests[0]?.pair.note as string;
	/* The platform puts the request into its log again with its own recipient. */
	const forged = signed.replace(other, RECIPIENT);
	const index = w.log.add(forged);
	(w.requests[0] as { pair: unknown }).pair = { note: forged, proof: w.log.proof(index, NOW - 60) };
	await only(w, 'bad-signature');
});

test('adversary: a request that the locker did not sign', async () => {
	const { w, police } = world();
	w.addRequest(police, ID, NOW - 3600, TEXT, {}, [police.key]);
	await only(w, 'locker-key');
});

test('adversary: an agency key that no partner attested', async () => {
	const { w, police } = world();
	const mine = new Key(police.key.name, 1, 'the platform’s own');
	w.addShared(note({ ...police.doc, key: mine.vkey }, w.platform));
	w.addRequest(police, ID, NOW - 3600, TEXT, {}, [mine, police.locker]);
	await only(w, 'agency-key');
});

test('adversary: an agency that the operator did not admit', async () => {
	const w = new World(NOW);
	const police = w.addAgency('lakeland.example/police', 'Lakeland Police', {}, [w.partnerKey]);
	w.addRequest(police, ID, NOW - 3600, TEXT, {});
	await only(w, 'missing-signature');
});

test('adversary: a second issuer key in the directory', async () => {
	const { w } = world();
	const issuers = w.issuers(NOW);
	const twice = [...issuers, { ...(issuers[0] as JsonObject), key: 'c2Vjb25k' }];
	await assert.rejects(show(w, undefined, NOW, { issuers: twice }), refused('two-issuer-keys'));
});

test('adversary: a policy above the ceilings', async () => {
	const { w, police } = world();
	w.notes.shift();
	w.addPolicy({ area_max: 5_000_000 });
	w.addRequest(police, ID, NOW - 3600, TEXT, { area: square(-88.03, 43.05, 2000) });
	await only(w, 'over-the-limit');
});

test('adversary: requests above the policy', async () => {
	const cases: JsonObject[] = [
		{ area: square(-88.03, 43.05, 200) },
		{ area: square(-88.03, 43.05, 1200) },
		{ incident: 'loitering' },
		{ from: '2026-11-01T00:00:00Z' },
		{ expires: '2027-06-01T00:00:00Z' },
		{ until: '2027-06-01T00:00:00Z' }
	];
	for (const over of cases) {
		const { w, police } = world();
		w.addRequest(police, ID, NOW - 3600, TEXT, over);
		await only(w, 'over-the-limit');
	}
});

test('more requests than an agency may have open are not shown', async () => {
	const { w, police } = world();
	for (let i = 0; i < 7; i++) {
		w.addRequest(police, `${i}`.repeat(32), NOW - 3600, TEXT, { case: `c${i}` });
	}
	const d = await show(w);
	assert.equal(d.requests.length, 5);
	assert.deepEqual(d.refused.map((r) => r.id[0]), ['5', '6']);
});

test('a text with other bytes than the note names', async () => {
	const { w, police } = world();
	w.addRequest(police, ID, NOW - 3600, TEXT, {});
	const r = w.requests[0] as { text: string };
	r.text = r.text.replace('grey', 'blue');
	await only(w, 'text-changed');
});

test('notes that ended are not used', async () => {
	const { w, police } = world();
	w.addRequest(police, ID, NOW - 3600, TEXT, {});
	w.ended.push(w.requests[0]?.index as number);
	await only(w, 'ended');
	w.ended.length = 0;
	w.ended.push(police.index);
	await only(w, 'ended');
});

test('every agency on whose behalf it is made must have signed', async () => {
	const { w, police } = world();
	const sheriff = w.addAgency('lake.example/sheriff', 'Lake County Sheriff', { class: 'sheriff' });
	const over = { on_behalf_of: [sheriff.key.name] };
	w.addRequest(police, ID, NOW - 3600, TEXT, over);
	await only(w, 'agency-key');
	w.requests.length = 0;
	w.addRequest(police, ID, NOW - 3600, TEXT, over, [police.key, police.locker, sheriff.key]);
	assert.equal((await show(w)).requests[0]?.behalf[0]?.value.legalName, 'Lake County Sheriff');
});

test('a class that may not ask', async () => {
	const w = new World(NOW);
	const town = w.addAgency('town.example/hall', 'Town hall', { class: 'local-government' });
	w.addRequest(town, ID, NOW - 3600, TEXT, {});
	await only(w, 'unknown-agency');
});

test('features that are not those of the district note', async () => {
	const { w, police } = world();
	w.addRequest(police, ID, NOW - 3600, TEXT, {});
	const body = w.collection(D.x, D.y, NOW, [], { features: '0'.repeat(64) });
	await assert.rejects(show(w, body), refused('features-changed'));
	await assert.rejects(show(w, w.collection(D.x + 1, D.y, NOW)), refused('district-mismatch'));
});

test('a stale directory is not used', async () => {
	const { w } = world();
	const trust = await readTrust(w.log.trust());
	const body = w.directory(NOW - 49 * 3600);
	await assert.rejects(verifyDirectory(body, trust, NOW), refused('stale-directory'));
});

test('the list of agencies is the one in the directory', async () => {
	const { w } = world();
	const trust = await readTrust(w.log.trust());
	const { directory } = await verifyDirectory(w.directory(NOW), trust, NOW);
	const list = await verifyAgencies(w.agencies(), directory);
	assert.equal(list.agencies[0]?.legalName, 'Lakeland Police');
	const other = w.agencies().replace('Lakeland', 'Lakeside');
	await assert.rejects(verifyAgencies(other, directory), refused('agencies-changed'));
});

test('measures', () => {
	const km: Ring = [
		[-88, 43],
		[-87.987737, 43],
		[-87.987737, 43.009],
		[-88, 43.009]
	];
	/* 0.012263 x 0.009 degrees at 43 north, by the zone formula of WGS 84. */
	assert.ok(Math.abs(area(km) - 999_500) < 1500, `${area(km)}`);
	assert.ok(area([...km].reverse()) < 0);
	assert.ok(Math.abs(width(km) - 999.8) < 1.5, `${width(km)}`);
	assert.equal(isConvex(km), true);
	assert.equal(isConvex([...km].reverse()), false);
	assert.deepEqual(parseDistrict('12/1043/1503'), { x: 1043, y: 1503 });
	for (const bad of ['11/1/1', '12/4096/0', '12/01/1', '12/1', '12/1/1/']) {
		assert.equal(parseDistrict(bad), null);
	}
});
