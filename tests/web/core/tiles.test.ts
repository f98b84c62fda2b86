import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readEntry, readNewest, tilePath, type GetTile } from '../../../web/core/tiles.ts';
import { Refusal } from '../../../web/core/refusal.ts';
import { readCheckpoint, readTrust } from '../../../web/core/trust.ts';
import { Log } from '../world.ts';

const NOW = 1_796_000_000;

test('paths of tiles', () => {
	assert.equal(tilePath(0, 0, 256), 'tile/0/000');
	assert.equal(tilePath(0, 1, 300), 'tile/0/001.p/44');
	assert.equal(tilePath(1, 0, 300), 'tile/1/000.p/1');
	assert.equal(tilePath('entries', 1_234_067, 400_000_000), 'tile/entries/x001/x234/067');
	assert.throws(() => tilePath(0, 2, 512), Refusal);
});

test('any entry leads to the root, in logs of many sizes', async () => {
	for (const size of [1, 2, 3, 255, 256, 257, 700]) {
		const log = new Log();
		for (let i = 0; i < size; i++) {
			const text = `entry ${i}\n`;
			log.add(`${text}\n${i < 3 ? log.key.line(text) : '\u2014 x AAAAAAAA\n'}`);
		}
		const checkpoint = await readCheckpoint(log.checkpoint(NOW), await readTrust(log.trust()), NOW);
		const tiles = log.tiles(size);
		const get: GetTile = async (path) => {
			const tile = tiles.get(path);
			assert.ok(tile, path);
			return new Uint8Array(tile);
		};
		for (const i of new Set([0, 1, size >> 1, 255, 256, size - 1].filter((n) => n < size))) {
			assert.equal((await readEntry(i, checkpoint, get)).note.text, `entry ${i}\n`, `${i} of ${size}`);
		}
		assert.equal((await readNewest(checkpoint, 5, get))[0]?.index, size - 1);
		await assert.rejects(readEntry(size, checkpoint, get), Refusal);
		const lie: GetTile = async (path) => {
			const tile = await get(path);
			tile[5] = (tile[5] ?? 0) ^ 1;
			return tile;
		};
		await assert.rejects(readEntry(size - 1, checkpoint, lie), Refusal);
	}
});
