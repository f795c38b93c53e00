import { readdirSync, readFileSync, statSync, type Dirent } from 'node:fs';
import { basename, dirname, join } from 'node:path';

interface Listing {
  /** Names of files; links are looked up one by one, because they can lead anywhere. */
  readonly files: ReadonlySet<string>;
  readonly folders: readonly string[];
  readonly links: ReadonlySet<string>;
}

/** What Telint reads of a package.json. */
export interface Manifest {
  readonly name: string | undefined;
  readonly dependencies: readonly (readonly [string, string])[];
  readonly raw: Record<string, unknown>;
}

const NOTHING: Listing = { files: new Set(), folders: [], links: new Set() };

/** Entries of folders and their package.json, each read once: resolving asks for many files that do not exist. */
export class Folders {
  readonly #listings = new Map<string, Listing>();
  readonly #manifests = new Map<string, Manifest | undefined>();

  list(dir: string): Listing {
    let listing = this.#listings.get(dir);
    if (!listing) {
      listing = read(dir);
      this.#listings.set(dir, listing);
    }
    return listing;
  }

  isFile(path: string): boolean {
    const listing = this.list(dirname(path));
    const name = basename(path);
    return listing.files.has(name) || (listing.links.has(name) && isFile(path));
  }

  /** The package.json of a folder; undefined when there is none or it cannot be read. */
  manifest(dir: string): Manifest | undefined {
    if (this.#manifests.has(dir)) return this.#manifests.get(dir);
    const path = join(dir, 'package.json');
    const manifest = this.isFile(path) ? readManifest(path) : undefined;
    this.#manifests.set(dir, manifest);
    return manifest;
  }
}

function read(dir: string): Listing {
  let entries: Dirent[];
  try {
    entries = readdirSync(dir, { withFileTypes: true });
  } catch {
    return NOTHING;
  }
  const files = new Set<string>();
  const folders: string[] = [];
  const links = new Set<string>();
  for (const entry of entries) {
    if (entry.isFile()) files.add(entry.name);
    else if (entry.isDirectory()) folders.push(entry.name);
    else if (entry.isSymbolicLink()) links.add(entry.name);
  }
  return { files, folders, links };
}

function isFile(path: string): boolean {
  try {
    return statSync(path, { throwIfNoEntry: false })?.isFile() ?? false;
  } catch {
    // A link to itself, a folder that may not be read, a name that no file system takes.
    return false;
  }
}

/** Name and dependencies of a package.json; undefined when it cannot be read. */
function readManifest(path: string): Manifest | undefined {
  try {
    const raw = JSON.parse(readFileSync(path, 'utf8').replace(/^\uFEFF/, '')) as Record<string, unknown>;
    const entries = (key: string): (readonly [string, string])[] =>
      typeof raw[key] === 'object'
        ? Object.entries((raw[key] ?? {}) as Record<string, string>).filter(
            ([, version]) => typeof version === 'string',
          )
        : [];
    return {
      name: typeof raw['name'] === 'string' ? raw['name'] : undefined,
      dependencies: [
        ...entries('dependencies'),
        ...entries('devDependencies'),
        ...entries('optionalDependencies'),
        ...entries('peerDependencies'),
      ],
      raw,
    };
  } catch {
    return undefined;
  }
}
