/*
 * Compile the tests of tests/web and run those that match the folders or files
 * named (core by default) with node's own runner.
 */
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const web = fileURLToPath(new URL('.', import.meta.url));
const source = join(web, '..');
const wanted = process.argv.slice(2);
const places = wanted.length > 0 ? wanted : ['core'];

mkdirSync(join(web, 'node_modules/.tests'), { recursive: true });
const out = mkdtempSync(join(web, 'node_modules/.tests/run-'));
process.on('exit', () => rmSync(out, { recursive: true, force: true }));

const run = (args) =>
	spawnSync(process.execPath, args, {
		stdio: 'inherit',
		cwd: source,
		env: { ...process.env, PORCHLIGHT_SOURCE: source }
	}).status ?? 1;

const tsc = join(web, 'node_modules/typescript/bin/tsc');
writeFileSync(join(out, 'package.json'), '{"type":"module"}\n');
let status = run([tsc, '-p', join(source, 'tests/web'), '--outDir', out]);
if (status === 0) {
	const files = places.flatMap((place) => {
		const dir = join(out, 'tests/web', place);
		if (place.endsWith('.test.ts')) return [dir.replace(/\.ts$/, '.js')];
		return readdirSync(dir)
			.filter((name) => name.endsWith('.test.js'))
			.map((name) => join(dir, name));
	});
	status = run(['--test', '--test-reporter=spec', '--test-concurrency=1', ...files]);
}
process.exit(status);
