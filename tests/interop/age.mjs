// npm's age-encryption: age.mjs seal RECIPIENT | open IDENTITY.
import { npm, stdin } from './npm.mjs';

const age = await npm('age-encryption');
const [, , what, key] = process.argv;
const data = new Uint8Array(await stdin());
let out;
if (what === 'seal') {
	const e = new age.Encrypter();
	e.addRecipient(key);
	out = await e.encrypt(data);
} else {
	const d = new age.Decrypter();
	d.addIdentity(key);
	out = await d.decrypt(data, 'uint8array');
}
process.stdout.write(out);
