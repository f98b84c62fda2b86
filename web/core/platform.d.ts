/*
 * What core expects of every place it runs in (browser, worker, node): text
 * coding and WebCrypto.  Nothing else of the DOM is visible here.
 */
interface CryptoKey {
	readonly type: string;
}
type BufferSource = ArrayBuffer | ArrayBufferView;
interface SubtleCrypto {
	digest(name: 'SHA-256', data: BufferSource): Promise<ArrayBuffer>;
	importKey(
		format: 'raw',
		key: BufferSource,
		algorithm: { name: 'Ed25519' },
		extractable: boolean,
		usages: readonly 'verify'[]
	): Promise<CryptoKey>;
	verify(
		algorithm: { name: 'Ed25519' },
		key: CryptoKey,
		signature: BufferSource,
		data: BufferSource
	): Promise<boolean>;
}
declare const crypto: { readonly subtle?: SubtleCrypto };
declare class TextEncoder {
	encode(text: string): Uint8Array<ArrayBuffer>;
}
declare class TextDecoder {
	constructor(label: string, options: { fatal: boolean; ignoreBOM: boolean });
	decode(bytes: BufferSource): string;
}
declare function atob(text: string): string;
declare function btoa(text: string): string;
