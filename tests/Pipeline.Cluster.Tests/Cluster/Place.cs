namespace Pipeline.Cluster.Tests.Cluster;

/// <summary>Where the copy of a recipient is to be.</summary>
/// <param name="Box">The name of the Maildir or mbox; empty for the other transports, each of which has one place for all.</param>
internal readonly record struct Place(Transport Transport, string Box = "")
{
    public static Place Queuefile { get; } = new(Transport.Queuefile);

    public static Place Smtp { get; } = new(Transport.Smtp);

    public static Place Of(string address)
    {
        var at = address.LastIndexOf('@');
        return address[(at + 1)..] switch
        {
            Domains.Maildir => new Place(Transport.Maildir, address[..at]),
            Domains.Mbox => new Place(Transport.Mbox, address[..at]),
            Domains.Queuefile => Queuefile,
            Domains.Smtp => Smtp,
            _ => default,
        };
    }

    public override string ToString() => Box.Length == 0 ? $"{Transport}" : $"{Transport} {Box}";
}
