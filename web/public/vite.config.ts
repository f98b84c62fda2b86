import { svelte } from '@sveltejs/vite-plugin-svelte';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';

const here = fileURLToPath(new URL('.', import.meta.url));

/* One page, no inline script or style: the server's policy forbids both. */
export default defineConfig({
	root: here,
	plugins: [svelte()],
	build: {
		outDir: '../dist',
		emptyOutDir: true,
		target: 'es2022',
		assetsInlineLimit: 0,
		modulePreload: { polyfill: false },
		reportCompressedSize: false
	}
});
