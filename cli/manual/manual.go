// Package manual writes the manual page and the shell completion of a program from its
// table of commands, so that neither can name a command or a flag that is not there.
package manual

import (
	"flag"
	"fmt"
	"io"
	"strings"
	"time"

	"authenkiosk/cli"
)

// Page writes the manual page of a program in the language of man(7). The summary says in
// a few words what the program is; paragraphs about it follow the summary.
func Page(w io.Writer, p *cli.Program, version string, date time.Time, summary string, about ...string) error {
	var b strings.Builder
	line := func(format string, args ...any) { fmt.Fprintf(&b, format+"\n", args...) }
	line(`.TH %s 1 %s "AuthenKiosk %s"`, strings.ToUpper(p.Name), date.UTC().Format(time.DateOnly), roff(version))
	line(".SH NAME\n%s \\- %s", p.Name, roff(summary))
	line(".SH SYNOPSIS\n.B %s\n.RI [ command ]\n.RI [ flags ]", p.Name)
	line(".SH DESCRIPTION")
	for _, text := range about {
		line("%s\n.PP", roff(text))
	}
	if len(p.Commands) > 0 {
		line("Without a command it is \\fB%s\\fR. Flags may stand before and behind other words.", p.Commands[0].Name)
	} else {
		line("Flags may stand before and behind other words.")
	}
	line(".SH COMMANDS")
	common := flagsOf(cli.Command{}, p.Name)
	for _, c := range p.Table() {
		line(".TP\n.B %s\n%s", roff(strings.TrimSpace(c.Name+" "+c.Args)), sentence(c.Help))
		for _, f := range flagsOf(c, p.Name) {
			if !holds(common, f.Name) {
				line(".RS\n.TP\n%s\n.RE", flagEntry(f))
			}
		}
	}
	line(".SH FLAGS OF EVERY COMMAND")
	for _, f := range common {
		line(".TP\n%s", flagEntry(f))
	}
	line(".SH EXIT STATUS\n0 when all is well, 1 after an error that was printed, 2 for a command or flag that does not exist.")
	line(".SH FILES\n.TP\n.I /etc/authenkiosk/authenkiosk.toml\nThe configuration of the services.")
	line(".TP\n.I /var/lib/authenkiosk\nTheir data, sealed.")
	line(".TP\n.I /usr/share/doc/authenkiosk/example.toml\nEvery key of the configuration, with its meaning.")
	_, err := io.WriteString(w, b.String())
	return err
}

// Completion writes what bash completes: commands, their verbs and flags. What stands for
// a file is left to bash.
func Completion(w io.Writer, p *cli.Program) error {
	var b strings.Builder
	name := "_" + strings.ReplaceAll(p.Name, "-", "_")
	var commands []string
	for _, c := range p.Table() {
		commands = append(commands, c.Name)
	}
	fmt.Fprintf(&b, "# Completion of %s for bash, made from its table of commands.\n%s() {\n", p.Name, name)
	b.WriteString("\tlocal words cur=${COMP_WORDS[COMP_CWORD]}\n\tCOMPREPLY=()\n")
	fmt.Fprintf(&b, "\tif [ \"$COMP_CWORD\" -eq 1 ]; then\n\t\twords=%q\n\telse\n", strings.Join(append(commands, "help"), " "))
	b.WriteString("\t\tcase ${COMP_WORDS[1]} in\n")
	for _, c := range p.Table() {
		words := verbs(c)
		for _, f := range flagsOf(c, p.Name) {
			words = append(words, "-"+f.Name)
		}
		fmt.Fprintf(&b, "\t\t%s) words=%q ;;\n", c.Name, strings.Join(words, " "))
	}
	fmt.Fprintf(&b, "\t\thelp) words=%q ;;\n", strings.Join(commands, " "))
	b.WriteString("\t\tesac\n\tfi\n")
	b.WriteString("\tmapfile -t COMPREPLY < <(compgen -W \"$words\" -- \"$cur\")\n}\n")
	fmt.Fprintf(&b, "complete -o default -F %s %s\n", name, p.Name)
	_, err := io.WriteString(w, b.String())
	return err
}

// verbs are the words of which one stands behind a command.
func verbs(c cli.Command) (words []string) {
	first, _, _ := strings.Cut(c.Args, " ")
	if !strings.Contains(first, "|") {
		return nil
	}
	for word := range strings.SplitSeq(strings.Trim(first, "[]"), "|") { // in brackets: it may be left out
		if word != "..." {
			words = append(words, word)
		}
	}
	return words
}

func flagsOf(c cli.Command, program string) (flags []*flag.Flag) {
	c.FlagSet(program, &cli.Settings{}).VisitAll(func(f *flag.Flag) { flags = append(flags, f) })
	return flags
}

func holds(flags []*flag.Flag, name string) bool {
	for _, f := range flags {
		if f.Name == name {
			return true
		}
	}
	return false
}

// flagEntry is a flag with the name of its value and its meaning.
func flagEntry(f *flag.Flag) string {
	value, usage := flag.UnquoteUsage(f)
	head := ".B " + roff("-"+f.Name)
	if value != "" {
		head = fmt.Sprintf(".BI %s \" %s\"", roff("-"+f.Name), roff(value))
	}
	return head + "\n" + sentence(usage)
}

// sentence is a help text as a sentence on one line.
func sentence(text string) string {
	text = strings.Join(strings.Fields(text), " ")
	if text == "" {
		return ""
	}
	return roff(strings.ToUpper(text[:1])+text[1:]) + "."
}

// roff keeps text from being taken for a command of roff.
func roff(text string) string {
	text = strings.NewReplacer(`\`, `\e`, "-", `\-`).Replace(text)
	if strings.HasPrefix(text, ".") || strings.HasPrefix(text, "'") {
		text = `\&` + text
	}
	return text
}
