import { parseArgs, type ParseArgsConfig } from 'node:util'
import { LabError, messageOf } from '@throughline/lab-programs'

/**
 * The flags of a command that has no other arguments.
 *
 * @throws LabError TL_USAGE that names the wrong flag
 */
export function parseFlags<const Options extends NonNullable<ParseArgsConfig['options']>>(
  args: string[],
  options: Options,
): ReturnType<typeof parseArgs<{ args: string[]; options: Options }>> {
  try {
    const parsed = parseArgs({ args, options })
    // An unset variable in a script leaves this; taken as a name it would be the current folder, or nothing at all.
    const [empty] = Object.entries(parsed.values).find(([, value]) => value === '') ?? []
    if (empty !== undefined) throw new Error(`--${empty} must have a value`)
    return parsed
  } catch (error) {
    // The first sentence names the flag; the rest is about positional arguments, which there are none of.
    throw usage(messageOf(error).split(/\. |\n/, 1)[0] ?? '')
  }
}

export function usage(message: string): LabError {
  return new LabError('TL_USAGE', message)
}
