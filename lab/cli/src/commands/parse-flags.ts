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
    return parseArgs({ args, options })
  } catch (error) {
    // The first sentence names the flag; the rest is about positional arguments, which there are none of.
    throw usage(messageOf(error).split(/\. |\n/, 1)[0] ?? '')
  }
}

export function usage(message: string): LabError {
  return new LabError('TL_USAGE', message)
}
