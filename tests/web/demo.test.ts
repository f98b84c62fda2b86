/*
 * The pages against the real program: what a platform serves is what core
 * accepts, and what the pages show.  Skipped where the program was not built.
 */
import assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { readDistricts, verifyAgencies, verifyDirectory } from '../../web/core/directory.ts';
import { verifyDistrict } from '../../web/core/feed.ts';
import { parseDistrict } from '../../web/core/geo.ts';
import { readNewest } from '../../web/core/tiles.ts';
import { readCheckpoint, readTrust } from '../../web/core/trust.ts';
import { launch, open, settled } from './browser.ts';
import { now } from './fixtures.ts';

const program = join(process.env['PORCHLIGHT_LIBEXEC'] ?? '/nonexistent', 'porchlight');
const skip = existsSync(program) ? false : 'no program was built';
const source = process.env['PORCHLIGHT_SOURCE'] ?? '.';

let demo: ChildProcess | null = null;
let dir = '';
let url = '';

/* The address that the demo prints once everything runs. */
async function started(child: ChildProcess): Promise<string> {
	let said = '';
	return new Promise((done, fail) => {
		const hear = (data: Buffer): void => {
			said += data.toString();
			const found = /public pages[^\n]*(http:\/\/localhost:\d+)/.exec(said);
			if (found?.[1] !== undefined) done(found[1]);
		};
		child.stdout?.on('data', hear);
		child.stderr?.on('data', hear);
		child.on('exit', () => fail(new Error(`the demo ended: ${said}`)));
	});
}

before(async () => {
	if (skip !== false) return;
	dir = mkdtempSync(join(tmpdir(), 'porchlight-web-'));
	demo = spawn(program, ['demo', '--data', join(dir, 'data'), '--free-ports', '--web', join(source, 'web/dist')], {
		stdio: ['ignore', 'pipe', 'pipe']
	});
	url = await started(demo);
});

after(async () => {
	if (demo === null) return;
	const child = demo;
	await new Promise((done) => {
		child.removeAllListeners('exit');
		child.on('exit', done);
		child.kill('SIGINT');
	});
	rmSync(dir, { recursive: true, force: true });
});

async function get(path: string): Promise<Response> {
	const reply = await fetch(url + path);
	assert.equal(reply.status, 200, path);
	return reply;
}
const text = async (path: string): Promise<string> => (await get(path)).text();

test('core accepts what a platform serves', { skip }, async () => {
	const trust = await readTrust(await text('/trust.json'));
	const { directory } = await verifyDirectory(await text('/v1/directory'), trust, now());
	const { agencies } = await verifyAgencies(await text('/v1/agencies.json'), directory);
	assert.ok(agencies.length > 0);
	const districts = readDistricts(await text('/v1/districts.json'));
	assert.ok(districts.length > 0);
	for (const path of districts) {
		const d = parseDistrict(path);
		assert.ok(d !== null, path);
		const shown = await verifyDistrict(await text(`/v1/feed/${path}`), trust, directory, d, now());
		assert.deepEqual(shown.refused.map((r) => r.refusal.message), []);
		assert.ok(shown.requests.length > 0, path);
	}
	const checkpoint = await readCheckpoint(await text('/log/checkpoint'), trust, now());
	const newest = await readNewest(
		checkpoint,
		300,
		async (path) => new Uint8Array(await (await get(`/log/${path}`)).arrayBuffer())
	);
	assert.equal(newest.length, Math.min(300, checkpoint.size));
});

test('the pages show it', { skip }, async () => {
	const [first] = readDistricts(await text('/v1/districts.json'));
	const browser = await launch();
	try {
		for (const path of [`/district/${first}`, '/agencies', '/policy', '/directory', '/log']) {
			const { page, errors } = await open(browser);
			await page.goto(url + path);
			await settled(page);
			assert.deepEqual(await page.locator('.notice').allInnerTexts(), [], path);
			assert.deepEqual(errors, [], path);
			await page.context().close();
		}
	} finally {
		await browser.close();
	}
});
