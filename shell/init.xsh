# assume-role: the command that changes this shell. Load it with: exec($(assume-role init xonsh))

# Plain Python, which xonsh's own parser would take ten times as long to read; one function, so that no name stays behind.


def __assume_role_load(side, warning_below, alarm_below, renewable_mark, renew):
    import json
    import re
    import signal
    import subprocess
    import time

    from xonsh.built_ins import XSH
    from xonsh.tools import unthreadable

    exe = __ASSUME_ROLE_EXE__
    # What the program answers itself; everything else changes the shell.
    prints = "init export exec env credential-process status list explain doctor console profile keys accounts login logout completions man -h --help -V --version".split()
    # What stood before the first switch, and the role that was left: in this shell only, and loaded twice it stays.
    if not hasattr(XSH, "_assume_role"):
        XSH._assume_role = {"kept": {}, "left": ""}
    memory = XSH._assume_role

    def text(name):
        value = XSH.env.get(name)
        return "" if value is None else str(value)

    def put(changes):
        for name, value in changes.items():
            if value is not None:
                XSH.env[name] = value
            elif name in XSH.env:
                del XSH.env[name]

    def environment(**more):
        # COMPLETE because a stray one would turn the call into a completion request.
        return {**XSH.env.detype(), "COMPLETE": "", **more}

    def uninterrupted(work):
        # Ctrl-C is for the program, which says so; ignored, it would be ignored there as well. Here it would leave half
        # a switch.
        try:
            before = signal.signal(signal.SIGINT, lambda *_: None)
        except ValueError:  # not the main thread, which no Ctrl-C reaches
            return work()
        try:
            return work()
        finally:
            signal.signal(signal.SIGINT, before)

    def assume_role(args, stdin=None, stdout=None, stderr=None):
        return uninterrupted(lambda: carried_out(args, stdin=stdin, stdout=stdout, stderr=stderr))

    def carried_out(args, stdin, stdout, stderr):
        if args and args[0] in prints:
            more = {"ASSUME_ROLE_SHELL_STATE": state()} if args[0] == "doctor" else {}
            done = subprocess.run([exe, *args], env=environment(**more), check=False, stdin=stdin, stdout=stdout, stderr=stderr)
            return status(done)
        keeps = ["--keeps"] if memory["kept"] else []
        command = [exe, "export", "--shell", "xonsh", *keeps, *args]
        variables = environment(ASSUME_ROLE_LEFT=memory["left"])
        done = subprocess.run(command, env=variables, check=False, stdin=stdin, stdout=subprocess.PIPE, stderr=stderr)
        if done.returncode == 0 and done.stdout.strip():
            change(**json.loads(done.stdout))
        return status(done)

    def status(done):
        return done.returncode if done.returncode >= 0 else 128 - done.returncode

    # What the program says there is to do, in this order.
    def change(forget, keep, restore, set):
        kept = memory["kept"]
        for name in forget:
            kept.pop(name, None)
        memory["kept"] = kept = {**keep, **kept}
        put({name: kept.pop(name) for name in restore if name in kept})
        if "ASSUME_ROLE_LEFT" in set:
            memory["left"] = set.pop("ASSUME_ROLE_LEFT") or ""
        put(set)

    # A function that owns the terminal cannot stand in a pipeline. Where an alias may name the command to run in its
    # place (xonsh 0.18), the verbs that print do. xonsh looks for $ and ~ in what such an alias returns: all else is hex.
    if hasattr(type(XSH.aliases), "return_command"):

        def command(args, **_):
            if args and args[0] in prints and args[0] != "doctor" and not re.search("[$~]", "".join(args)):
                return {"cmd": [exe, *args], "env": {"COMPLETE": ""}}
            return ["__assume_role_run", *("-" + arg.encode("utf-8", "surrogateescape").hex() for arg in args)]

        def decoded(args, stdin=None, stdout=None, stderr=None):
            words = [bytes.fromhex(arg[1:]).decode("utf-8", "surrogateescape") for arg in args]
            return assume_role(words, stdin, stdout, stderr)

        command.return_what = "command"
        XSH.aliases["__assume_role_run"] = unthreadable(decoded)
        XSH.aliases["assume-role"] = command
    else:
        XSH.aliases["assume-role"] = unthreadable(assume_role)

    # What only the shell knows, for the one call of doctor. The last one may span lines.
    def state():
        from xonsh import __version__

        lines = [
            f"shell=xonsh {__version__}",
            f"flags={'i' if XSH.env.get('XONSH_INTERACTIVE') else ''}",
            f"side={side}",
            f"hook={'function' if hooks(XSH.builtins.events.on_pre_prompt_format) else ''}",
            f"completion={'__assume_role_candidates' if 'assume-role' in XSH.completers else ''}",
            f"others={' '.join(name for name in ('assume', 'awsume') if name in XSH.aliases)}",
            f"prompt={XSH.env.get('PROMPT')} {XSH.env.get('RIGHT_PROMPT')}",
        ]
        return "\n".join(lines)

    def hooks(event):
        return [hook for hook in event if getattr(hook, "__name__", "").startswith("_assume_role_")]

    # The text and the state of the prompt. No process, no file: arithmetic on variables that a switch exported.
    moment = re.compile(r"[0-9]{1,12}\Z")

    def look():
        key = text("ASSUME_ROLE_KEY_ID")
        if not key and not text("AWS_ACCOUNT_NAME"):
            return "", ""
        if not key or key != text("AWS_ACCESS_KEY_ID") or text("AWS_PROFILE"):
            return "?", "foreign"
        state, clock = "protected" if text("ASSUME_ROLE_PROTECTED") else "calm", ""
        end = text("ASSUME_ROLE_EXPIRES")
        if moment.match(end):
            now = int(time.time())
            left = int(end) - now
            if left >= 3600:
                clock = f" {left // 3600}h{left // 60 % 60:02}m"
            elif left >= 60:
                clock = f" {left // 60}m"
            elif left > 0:
                clock = " <1m"
            else:
                clock, state = " expired", "expired"
            if 0 < left < int(warning_below):
                state = "alarm" if left < int(alarm_below) else "warning"
            renewable = text("ASSUME_ROLE_RENEWABLE")
            if left > 0 and moment.match(renewable) and int(renewable) > now:
                clock += renewable_mark
        label = f"{text('AWS_ACCOUNT_NAME') or '?'}:{text('AWS_ACCOUNT_ROLE') or '?'}"[: 64 - len(clock)]
        locale = text("LC_ALL") or text("LC_CTYPE") or text("LANG")
        is_utf8 = re.search("utf-?8", locale, re.IGNORECASE)
        return re.sub(r"[^\w .@+=,:/()&'#*%-]", "?", label, flags=0 if is_utf8 else re.ASCII) + clock, state

    colours = {"calm": "CYAN", "protected": "PURPLE", "warning": "YELLOW"}

    # A field of the prompt. What it returns is formatted once more, so braces are doubled.
    def segment():
        shown, colour = text("ASSUME_ROLE_PROMPT"), colours.get(text("ASSUME_ROLE_PROMPT_STATE"), "BOLD_RED")
        return f"{{{colour}}}{shown.replace('{', '{{').replace('}', '}}')}{{RESET}} " if shown else ""

    XSH.env["PROMPT_FIELDS"]["assume_role"] = segment

    # Sets ASSUME_ROLE_PROMPT and ASSUME_ROLE_PROMPT_STATE, and looks whether the prompt still shows them: one that is set
    # later is found at the next prompt. A prompt that is a function is a framework's.
    def _assume_role_hook(**_):
        shown, state = look()
        for name, value in ("ASSUME_ROLE_PROMPT", shown), ("ASSUME_ROLE_PROMPT_STATE", state):
            if value != text(name):  # else xonsh would make the environment of programs anew
                put({name: value or None})
        if side == "none":
            return
        place = "RIGHT_PROMPT" if side == "right" else "PROMPT"
        prompt = XSH.env.get(place)
        mentions = f"{XSH.env.get('PROMPT')} {XSH.env.get('RIGHT_PROMPT')}"
        if isinstance(prompt, str) and not re.search("assume_role|ASSUME_ROLE_|AWS_ACCOUNT_NAME|aws_account_info", mentions):
            # A prompt that starts with an empty line keeps it.
            lines = re.match("\n*", prompt).end()
            XSH.env[place] = prompt[:lines] + "{assume_role}" + prompt[lines:]

    # On request: a session about to end is renewed before one of these commands runs, if that takes no question.
    def _assume_role_renew(cmd="", **_):
        names = "|".join(map(re.escape, renew.split()))
        if not re.search(rf"(?:^|[|;&(\n]|\b(?:and|or|not)\b)\s*(?:{names})(?:\s|$)", cmd):
            return
        until = XSH.env.get("ASSUME_ROLE_RENEWABLE")
        if look()[1] in ("warning", "alarm", "expired") and moment.match(str(until)) and int(until) > time.time():
            assume_role(["ensure", f"{warning_below}s", "--no-input"])

    events = XSH.builtins.events
    for event, hook in (events.on_pre_prompt_format, _assume_role_hook), (events.on_precommand, _assume_role_renew):
        for earlier in hooks(event):
            event.discard(earlier)
        if hook is _assume_role_hook or renew:
            event(hook)


__assume_role_load(
    __assume_role_side,
    __assume_role_warning_below,
    __assume_role_alarm_below,
    __assume_role_renewable_mark,
    __assume_role_renew,
)
del __assume_role_load, __assume_role_side, __assume_role_warning_below, __assume_role_alarm_below
del __assume_role_renewable_mark, __assume_role_repaint, __assume_role_renew
