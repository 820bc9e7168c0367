// tuf-js as a judge: what does the JavaScript client say of published metadata?
//
//   node judge.js --at 2027-01-14T15:00:00Z < cases > verdicts
//
// Cases and verdicts are those of tests/clients/judge.py.
'use strict';

const { spawnSync } = require('child_process');
const fs = require('fs');
const os = require('os');
const path = require('path');
const querystring = require('querystring');
const { pathToFileURL } = require('url');
const { BaseFetcher, Updater } = require('tuf-js');
const { DownloadHTTPError } = require('tuf-js/dist/error');

// Starts this program again under a clock that stands still at the time asked for.
function atThatTime([option, time]) {
  if (option !== '--at' || time === undefined) {
    throw new Error('usage: judge.js --at 2027-01-14T15:00:00Z');
  }
  if (process.env.JUDGE_AT === time) return;
  const clock = { JUDGE_AT: time, TZ: 'UTC', FAKETIME_DONT_FAKE_MONOTONIC: '1', NO_FAKE_STAT: '1' };
  const still = time.replace('T', ' ').replace(/Z$/, '');
  const command = ['-f', still, process.execPath, __filename, option, time];
  const run = spawnSync('faketime', command, { stdio: 'inherit', env: { ...process.env, ...clock } });
  if (run.error) throw run.error;
  process.exit(run.status ?? 1);
}

// Reads files where the client expects a server. The limits on lengths are kept by the base class.
class Directory extends BaseFetcher {
  async fetch(url) {
    try {
      return new Blob([fs.readFileSync(querystring.unescape(new URL(url).pathname))]).stream();
    } catch (error) {
      if (error.code === 'ENOENT' || error.code === 'ENOTDIR') throw new DownloadHTTPError('no such file', 404);
      throw error;
    }
  }
}

function urlOf(directory) {
  return pathToFileURL(path.resolve(directory)).toString();
}

// A client that has refreshed. Only the first one of a case is given the trusted root; later ones go on from their own.
async function refreshed(one, metadata, local) {
  const root = path.join(local, 'root.json');
  if (!fs.existsSync(root)) fs.copyFileSync(one.trusted, root);
  const updater = new Updater({
    metadataDir: local,
    metadataBaseUrl: urlOf(metadata),
    targetDir: local,
    fetcher: new Directory(),
  });
  await updater.refresh();
  return updater;
}

// Returns what is to be said of metadata that is accepted, and throws what the client throws otherwise.
async function judge(one, local) {
  const updater = await refreshed(one, one.metadata, local);
  const missed = [];
  for (const wanted of one.lookups) {
    const target = await updater.getTargetInfo(wanted);
    if (target === undefined) missed.push(wanted);
    else if (one.targets !== undefined) await updater.downloadTarget(target, undefined, urlOf(one.targets));
  }
  // Not from the files: a target that is fetched may have the name of one.
  const versionOf = (role) => [role, updater.trustedSet.getRole(role).signed.version];
  const versions = Object.fromEntries(['root', 'timestamp', 'snapshot', 'targets'].map(versionOf));
  return { why: missed.length ? `not found: ${missed.join(', ')}` : '', versions };
}

async function verdict(one) {
  const local = one.local ?? fs.mkdtempSync(path.join(os.tmpdir(), 'judge-'));
  let when = 'before: ';
  try {
    for (const metadata of one.before ?? []) await refreshed(one, metadata, local);
    when = '';
    return { name: one.name, accepted: true, ...(await judge(one, local)) };
  } catch (error) {
    const first = String(error.message ?? error).split('\n')[0];
    const kind = error.constructor?.name ?? typeof error;
    return { name: one.name, accepted: false, why: `${when}${kind}: ${first}` };
  } finally {
    if (!one.local) fs.rmSync(local, { recursive: true });
  }
}

async function main() {
  for (const line of fs.readFileSync(0, 'utf8').split('\n').filter(Boolean)) {
    fs.writeSync(1, JSON.stringify(await verdict(JSON.parse(line))) + '\n');
  }
}

atThatTime(process.argv.slice(2));
main();
