/* What a person does on the public pages, and what five adversaries get. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import type { JsonObject } from '../../web/core/json.ts';
import { launch, open, settled } from './browser.ts';
import { FIRST, HERE, now, pagesOf, PATH, serve, town, type Pages, type Site } from './fixtures.ts';
import { Key, note, square, World } from './world.ts';

let browser: Browser;

before(async () => {
	browser = await launch();
});

after(() => browser.close());

/* Serve what make() made, open a path, and leave nothing behind. */
async function visit(pages: Pages, path: string, look: (page: Page, site: Site) => Promise<void>): Promise<void> {
	const site = await serve(pages);
	const { page, errors } = await open(browser, { reducedMotion: 'reduce' });
	page.setDefaultTimeout(60_000);
	try {
		await page.goto(site.url + path);
		await settled(page);
		await look(page, site);
		assert.deepEqual(errors, []);
	} finally {
		await page.context().close();
		await site.close();
	}
}

const main = (page: Page): Promise<string> => page.locator('main').innerText();
const district = `/district/${PATH}`;

test('a place leads to its district, and a request to its proof', async () => {
	await visit(pagesOf(town().w), '/', async (page, site) => {
		await page.getByLabel('Place, as latitude').fill('north pole');
		await page.getByRole('button', { name: 'Show the district' }).click();
		assert.match(await page.getByRole('alert').innerText(), /two numbers/);
		await page.getByLabel('Place, as latitude').fill('43.05, −88.03');
		await page.keyboard.press('Enter');
		await page.getByRole('link', { name: 'Two break-ins on and near Alder Street', exact: true }).click();
		await page.getByRole('heading', { level: 1, name: 'Two break-ins' }).waitFor();
		assert.equal(new URL(page.url()).pathname, district);
		assert.equal(await page.evaluate(() => document.activeElement?.tagName), 'H1');
		await page.getByText('Publicly recorded, no.').click();
		const text = await main(page);
		for (const part of [
			'It is no. 5 in a log',
			'watcher-one.example',
			'Lakeland Police signed it',
			'Lake County Association of Chiefs attested it',
			'0.27 km²',
			'LP-26-a1a1',
			'UTC'
		]) {
			assert.ok(text.includes(part), part);
		}
		await page.getByText('The bytes').click();
		assert.match(await page.getByRole('region', { name: 'Signed note' }).innerText(), /porchlight\/request@v1/);
		/* What the server learns is the district, never a request. */
		assert.ok(site.asked.includes(`/v1/feed/${PATH}`));
		assert.deepEqual(site.asked.filter((p) => p.includes(FIRST)), []);
		assert.deepEqual(await page.context().cookies(), []);
	});
});

test('the words are shown in the language that one chooses', async () => {
	await visit(pagesOf(town().w), `${district}#${FIRST}`, async (page) => {
		await page.getByRole('button', { name: 'हिन्दी' }).click();
		assert.match(await page.locator('h1').innerText(), /सेंधमारी/);
		assert.equal(await page.locator('h1').getAttribute('lang'), 'hi');
	});
});

test('the keyboard reaches everything on a district’s page', async () => {
	await visit(pagesOf(town().w), district, async (page) => {
		const seen = new Set<string>();
		for (let i = 0; i < 40; i++) {
			await page.keyboard.press('Tab');
			seen.add(
				await page.evaluate(() => {
					const e = document.activeElement;
					return e?.getAttribute('aria-label') ?? e?.textContent?.trim() ?? '';
				})
			);
		}
		for (const name of ['Skip to the content', 'Agencies', '1: Two break-ins on and near Alder Street', 'Closer', 'Missing: a man of 81 in a green coat']) {
			assert.ok([...seen].some((s) => s.includes(name)), `${name} of ${[...seen].join(' | ')}`);
		}
		assert.ok([...seen].some((s) => s.startsWith('Publicly recorded')));
	});
});

test('a link to a request that ended says so', async () => {
	await visit(pagesOf(town().w), `${district}#${'ff'.repeat(16)}`, async (page) => {
		assert.match(await main(page), /This request is not open any more/);
	});
});

test('a district that is some hours old is marked', async () => {
	const { w } = town();
	const pages = pagesOf(w);
	pages.set(`/v1/feed/${PATH}`, () => w.collection(HERE.x, HERE.y, now() - 5 * 3600));
	await visit(pages, district, async (page) => {
		assert.match(await main(page), /This list is older than it should be/);
		assert.equal(await page.locator('article').count(), 3);
	});
});

test('an installation that is down can be tried again', async () => {
	const pages = pagesOf(town().w);
	const feed = pages.get(`/v1/feed/${PATH}`);
	pages.set(`/v1/feed/${PATH}`, () => 503);
	await visit(pages, district, async (page) => {
		assert.match(await main(page), /The installation could not answer/);
		pages.set(`/v1/feed/${PATH}`, feed ?? (() => 404));
		await page.getByRole('button', { name: 'Try again' }).click();
		await page.locator('article').first().waitFor();
	});
});

test('a trust file of one’s own decides', async () => {
	await visit(pagesOf(town().w), '/check', async (page) => {
		const file = (text: string): { name: string; mimeType: string; buffer: Buffer } => ({
			name: 'trust.json',
			mimeType: 'application/json',
			buffer: Buffer.from(text)
		});
		await page.locator('input[type=file]').setInputFiles(file('{}'));
		assert.match(await page.getByRole('alert').innerText(), /This is not a trust file/);
		const other = new World(now());
		const text = other.log.trust().replaceAll(other.log.key.vkey, new Key('demo.example/log', 1, 'another').vkey);
		await page.locator('input[type=file]').setInputFiles(file(text));
		await page.getByText('Your trust file is in use.').waitFor();
		await page.getByRole('link', { name: 'Public log' }).click();
		await page.getByText('A signature is missing').waitFor();
		await page.getByRole('link', { name: 'How to check' }).click();
		await page.getByRole('button', { name: 'Go back to the page’s own' }).click();
		await page.getByText('This one came with the page').waitFor();
	});
});

test('the agencies sort, and one opens beside the list', async () => {
	await visit(pagesOf(town().w), '/agencies', async (page) => {
		await page.getByRole('button', { name: 'Log no.' }).click();
		assert.equal(await page.locator('tbody th').first().innerText(), 'Lakeland Police');
		await page.getByRole('button', { name: 'Lake County Sheriff' }).click();
		assert.match(await page.getByRole('region', { name: 'Lake County Sheriff' }).innerText(), /Missing Persons Team/);
		assert.match(page.url(), /sort=index&agency=/);
	});
});

/* Nothing of the lie may be shown, and its name must be. */
async function refused(pages: Pages, name: RegExp, shown: number): Promise<void> {
	await visit(pages, district, async (page) => {
		assert.match(await main(page), name);
		assert.equal(await page.locator('article').count(), shown);
	});
}

test('adversary: a stale district under a fresh checkpoint', async () => {
	const { w } = town();
	const pages = pagesOf(w);
	const size = w.log.entries.length - 1;
	pages.set(`/v1/feed/${PATH}`, () => w.collection(HERE.x, HERE.y, now(), w.features(), { size }));
	await refused(pages, /district and its checkpoint do not belong together/, 0);
});

test('adversary: a request that is not in the log', async () => {
	const { w } = town();
	const other = town(now() - 86_400).w;
	const first = w.requests[0];
	const theirs = other.requests[0];
	assert.ok(first && theirs);
	first.pair.note = theirs.pair.note;
	first.text = theirs.text;
	await refused(pagesOf(w), /This was not publicly recorded/, 2);
});

test('adversary: a swapped agency key', async () => {
	const { w, police } = town();
	const mine = new Key(police.key.name, 1, 'the operator’s own');
	w.addShared(note({ ...police.doc, key: mine.vkey }, w.platform));
	w.addRequest(police, 'd4'.repeat(16), now() - 60, { title: 'Send us everything', details: '' }, {}, [mine, police.locker]);
	const pages = pagesOf(w);
	await refused(pages, /The agency did not sign this/, 3);
});

test('adversary: a second issuer key in the directory', async () => {
	const { w } = town();
	const pages = pagesOf(w);
	const issuers = w.issuers(now());
	const lie = w.directory(now() - 60, { issuers: [...issuers, { ...(issuers[0] as JsonObject), key: 'c2Vjb25k' }] });
	pages.set('/v1/directory', () => lie);
	await refused(pages, /two keys where there must be one/, 0);
});

test('adversary: rules above the ceilings', async () => {
	const { w, police } = town();
	w.notes.shift();
	w.addPolicy({ area_max: 9_000_000 });
	w.addRequest(police, 'e5'.repeat(16), now() - 60, { title: 'The whole town', details: '' }, { area: square(-88.03, 43.05, 2500) });
	await refused(pagesOf(w), /This goes beyond the limits/, 0);
});
