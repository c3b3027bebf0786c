/** The files of a private apt root that decide what apt does; pure text. */

interface AptRootLayout {
  /** Folder that holds the whole state of this root. */
  readonly dir: string;
  readonly architecture: string;
}

/**
 * Configuration given to apt with `-c`, so that it comes after the host's own. Proxies and credentials carry over.
 * State, sources and caches are ours, and the host's hooks stay silent.
 */
export function aptConfig({ dir, architecture }: AptRootLayout): string {
  return `#clear APT::Update::Pre-Invoke;
#clear APT::Update::Post-Invoke;
#clear APT::Update::Post-Invoke-Success;
#clear DPkg::Pre-Invoke;
#clear DPkg::Post-Invoke;
#clear APT::Default-Release;
APT::Architecture "${architecture}";
#clear APT::Architectures;
APT::Architectures { "${architecture}"; };
// The cache may lie where the user _apt cannot read; signatures are verified all the same.
APT::Sandbox::User "root";
// Without it apt-get update succeeds when an index could not be fetched.
APT::Update::Error-Mode "any";
Acquire::AllowInsecureRepositories "false";
Acquire::Languages "none";
Acquire::http::Timeout "20";
Acquire::https::Timeout "20";
Dir::State "${dir}/state";
Dir::State::lists "${dir}/lists";
Dir::State::status "${dir}/status";
Dir::Cache "${dir}/cache";
Dir::Log "${dir}/log";
Dir::Etc::sourcelist "${dir}/sources.list";
Dir::Etc::sourceparts "/dev/null";
Dir::Etc::preferences "/dev/null";
Dir::Etc::preferencesparts "/dev/null";
`;
}

/** `sources.list` for one suite. */
export function aptSource(source: {
  readonly uri: string;
  readonly suite: string;
  readonly keyring: string;
  readonly architecture: string;
}): string {
  return `deb [signed-by=${source.keyring} arch=${source.architecture}] ${source.uri} ${source.suite} main\n`;
}
