// The npm packages of web/, for scripts that live elsewhere.
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

const web = join(process.env.PORCHLIGHT_SOURCE, 'web');
const require = createRequire(join(web, 'package.json'));

export const npm = (name) => import(pathToFileURL(require.resolve(name)).href);

export async function stdin() {
	const parts = [];
	for await (const part of process.stdin) parts.push(part);
	return Buffer.concat(parts);
}
