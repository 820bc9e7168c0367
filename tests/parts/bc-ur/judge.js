// Multi-part Uniform Resources by another implementation, around an envelope that is made and read here from its description
// in src/qr/mod.rs.
//
//   node judge.js show NAME FRAGMENT NUMBER < file      NUMBER parts, one a line
//   node judge.js read < parts                          {"name", "sha256", "content"}, the content in base64
'use strict';

const { createHash } = require('crypto');
const fs = require('fs');
const zlib = require('zlib');
const { UR, URDecoder, UREncoder } = require('@ngraveio/bc-ur');

const sha256 = (bytes) => createHash('sha256').update(bytes).digest();

function wrap(name, file) {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(file.length);
  const head = [Buffer.from('TCQ1'), Buffer.from([name.length]), Buffer.from(name, 'ascii')];
  return Buffer.concat([...head, length, sha256(file), zlib.deflateRawSync(file)]);
}

function unwrap(envelope) {
  if (envelope.toString('ascii', 0, 4) !== 'TCQ1') throw new Error('no envelope');
  const end = 5 + envelope[4];
  const name = envelope.toString('ascii', 5, end);
  const file = zlib.inflateRawSync(envelope.subarray(end + 36));
  if (file.length !== envelope.readUInt32BE(end)) throw new Error('another length');
  if (!sha256(file).equals(envelope.subarray(end + 4, end + 36))) throw new Error('another SHA-256');
  return { name, sha256: sha256(file).toString('hex'), content: file.toString('base64') };
}

function show(name, fragment, number) {
  const encoder = new UREncoder(UR.fromBuffer(wrap(name, fs.readFileSync(0))), Number(fragment));
  for (let part = 0; part < Number(number); part += 1) console.log(encoder.nextPart());
}

function read() {
  const decoder = new URDecoder();
  for (const part of fs.readFileSync(0, 'utf8').trim().split('\n')) decoder.receivePart(part.trim());
  if (!decoder.isSuccess()) throw new Error(decoder.resultError() || 'parts are missing');
  const ur = decoder.resultUR();
  if (ur.type !== 'bytes') throw new Error(`a resource of the type ${ur.type}`);
  console.log(JSON.stringify(unwrap(ur.decodeCBOR())));
}

const [act, ...rest] = process.argv.slice(2);
({ show, read })[act](...rest);
