# assume-role: TAB in xonsh.


def __assume_role_complete():
    import subprocess

    from xonsh.built_ins import XSH
    from xonsh.completers.completer import add_one_completer
    from xonsh.completers.tools import RichCompletion, contextual_command_completer
    from xonsh.parsers.completion_context import CommandContext, CompletionContext

    names = "__ASSUME_ROLE_NAMES__".split()

    # The program says which words fit, and quotes them.
    @contextual_command_completer
    def assume_role_candidates(context: CommandContext):
        """accounts, roles, verbs and options of assume-role"""
        if context.arg_index == 0 or context.command not in names:
            return None
        words = [arg.value for arg in context.args[: context.arg_index]]
        asked = subprocess.run(
            [__ASSUME_ROLE_EXE__, "--", *words, context.prefix],
            env={**XSH.env.detype(), "COMPLETE": "xonsh"},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            check=False,
        )
        answer = asked.stdout.decode("utf-8", "replace")
        if answer == "\t--\n" and "--" in words:  # behind `exec … --` stands another command
            start = words.index("--") + 1
            wrapped = context._replace(args=context.args[start:], arg_index=context.arg_index - start)
            return XSH.shell.shell.completer.complete_from_context(CompletionContext(wrapped))
        if answer.startswith("\t"):  # a file, and xonsh knows those
            return None
        length = len(context.raw_prefix)
        return [
            RichCompletion(
                word,
                prefix_len=length,
                display=value,
                description=description,
                append_closing_quote=False,
                append_space=True,
            )
            for word, value, description in (line.split("\t") for line in answer.splitlines())
        ], length

    for name in names:
        XSH.completers.pop(name, None)
    add_one_completer(names[0], assume_role_candidates, "start")


__assume_role_complete()
del __assume_role_complete
