namespace Pipeline.Policy.Routers.Drivers;

/// <summary>One item of redirection data.</summary>
internal abstract record RedirectItem
{
    private RedirectItem()
    {
    }

    /// <param name="Domain">Empty when it has to be qualified.</param>
    /// <param name="KeepsDomain">Written with a backslash: without a domain it has that of the address it is made from.</param>
    internal sealed record Mailbox(string LocalPart, string Domain, bool KeepsDomain = false) : RedirectItem;

    internal sealed record Pipe(string Command) : RedirectItem;

    internal sealed record FilePath(string Path) : RedirectItem;

    internal sealed record Include(string Path) : RedirectItem;

    internal sealed record Blackhole : RedirectItem;

    internal sealed record Fail(string Text) : RedirectItem;

    internal sealed record Defer(string Text) : RedirectItem;

    internal sealed record Unknown : RedirectItem;

    internal sealed record Malformed(string Text, string Error) : RedirectItem;
}
