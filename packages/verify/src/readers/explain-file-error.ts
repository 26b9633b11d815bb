const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  ENOTDIR: 'a part of its path is a file, not a folder',
  EISDIR: 'it is a folder, not a file',
  EACCES: 'permission denied: this user has no right to it',
  EPERM: 'permission denied: this user has no right to it',
  EROFS: 'the file system is read-only',
  ENOSPC: 'no space is left on the device',
  ELOOP: 'its symbolic links form a loop',
  ENAMETOOLONG: 'its name is too long',
}

/** Why a file can’t be read or written, without its path, which Node repeats. */
export function explainFileError(error: NodeJS.ErrnoException): string {
  return REASONS[error.code ?? ''] ?? error.message.split(', ')[0] ?? ''
}
