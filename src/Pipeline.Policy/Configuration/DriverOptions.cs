namespace Pipeline.Policy.Configuration;

/// <summary>Reads the typed options of one router, transport or authenticator.</summary>
public sealed class DriverOptions : OptionReader
{
    private DriverOptions(DriverBlock block, OptionTable table, ICollection<ConfigurationProblem> problems)
        : base(block.Options, table, problems)
    {
        Block = block;
    }

    public DriverBlock Block { get; }

    public string Name => Block.Name;

    /// <summary>The driver: <c>accept</c>, <c>smtp</c> and so on; empty when the block names none.</summary>
    public string Driver => GetString("driver", "");

    public static DriverOptions OfRouter(DriverBlock block, ICollection<ConfigurationProblem> problems) =>
        Of(block, RouterOptionTable.Generic, RouterOptionTable.Drivers, problems);

    public static DriverOptions OfTransport(DriverBlock block, ICollection<ConfigurationProblem> problems) =>
        Of(block, TransportOptionTable.Generic, TransportOptionTable.Drivers, problems);

    public static DriverOptions OfAuthenticator(DriverBlock block, ICollection<ConfigurationProblem> problems) =>
        Of(block, AuthenticatorOptionTable.Generic, AuthenticatorOptionTable.Drivers, problems);

    private static DriverOptions Of(
        DriverBlock block, OptionTable generic, IReadOnlyDictionary<string, OptionTable> drivers, ICollection<ConfigurationProblem> problems)
    {
        var driver = block.Options.FirstOrDefault(o => o.Name == "driver")?.Value ?? "";
        return new DriverOptions(block, drivers.TryGetValue(driver, out var own) ? generic.With(own) : generic, problems);
    }
}
