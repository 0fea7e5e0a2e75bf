namespace Pipeline.Storage.Ports.Cluster;

/// <summary>Which forms this program writes and reads; see docs/adr/0012.</summary>
/// <remarks>
/// What an older program skips or has a default for (a new member, a new event, a nullable column) is no new form. Anything else is, and takes two releases: the first
/// reads it and goes on writing the form before (<c>Highest</c> grows), the second writes it (<c>Lowest</c> grows).
/// <c>tests/vectors/forms</c> has what each form looks like.
/// </remarks>
public static class ClusterForms
{
    /// <summary>Of what nodes say to each other: notifications through the database and documents of the admin port.</summary>
    public static FormRange Wire { get; } = new(1, 1);

    /// <summary>Of what is stored: the rows of the shared database.</summary>
    public static FormRange Stored { get; } = new(1, 1);
}
