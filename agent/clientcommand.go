package agent

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"slices"
	"strings"
	"text/tabwriter"
	"time"
)

// ErrClientUsage says how the command is used.
var ErrClientUsage = errors.New("usage: client add NAME [-scopes read-card,submit,codes,events,desk] | client list | client remove NAME")

// ClientCommand carries out "client add NAME [-scopes LIST]", "client list" and
// "client remove NAME"; args begin after the word client. Only add prints a
// token, once: it is not kept and cannot be printed again.
func ClientCommand(store ClientStore, args []string, out io.Writer, now time.Time) error {
	if len(args) == 0 {
		return ErrClientUsage
	}
	switch verb, rest := args[0], args[1:]; {
	case verb == "add" && len(rest) > 0:
		return addCommand(store, rest[0], rest[1:], out, now)
	case verb == "list" && len(rest) == 0:
		return listCommand(store, out)
	case verb == "remove" && len(rest) == 1:
		if err := store.RemoveClient(rest[0]); err != nil {
			return fmt.Errorf("remove client: %w", err)
		}
		_, err := fmt.Fprintf(out, "removed %s; its token is worth nothing from now on\n", rest[0])
		return err
	}
	return ErrClientUsage
}

func addCommand(store ClientStore, name string, args []string, out io.Writer, now time.Time) error {
	flags := flag.NewFlagSet("client add", flag.ContinueOnError)
	flags.SetOutput(io.Discard)
	list := flags.String("scopes", string(ScopeReadCard)+","+string(ScopeEvents), "")
	if err := flags.Parse(args); err != nil || flags.NArg() > 0 {
		return errors.Join(ErrClientUsage, err)
	}
	scopes, err := ParseScopes(*list)
	if err != nil {
		return fmt.Errorf("add client: %w", err)
	}
	token, err := AddClient(store, name, scopes, now)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(out, "%s\n\nThis is the token of %s (%s). It is shown only now; keep it in the program's own secret store.\n",
		token, name, joinScopes(scopes))
	return err
}

func listCommand(store ClientStore, out io.Writer) error {
	clients, err := store.Clients()
	if err != nil {
		return fmt.Errorf("list clients: %w", err)
	}
	slices.SortFunc(clients, func(a, b Client) int { return strings.Compare(a.Name, b.Name) })
	table := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	_, _ = fmt.Fprintln(table, "NAME\tSCOPES\tCREATED")
	for _, c := range clients {
		_, _ = fmt.Fprintf(table, "%s\t%s\t%s\n", c.Name, joinScopes(c.Scopes), c.Created.Format(time.DateOnly))
	}
	return table.Flush()
}

func joinScopes(scopes []Scope) string {
	words := make([]string, len(scopes))
	for i, s := range scopes {
		words[i] = string(s)
	}
	return strings.Join(words, ",")
}
