namespace Pipeline.Policy.Configuration;

/// <summary>The sections of named drivers: what they are called in messages, and their options.</summary>
public sealed record DriverClass(string Name, OptionTable Generic, IReadOnlyDictionary<string, OptionTable> Drivers)
{
    /// <summary>The drivers that are done, by name.</summary>
    public IEnumerable<string> DoneNames => Drivers.Where(driver => driver.Value.Support.IsDone).Select(driver => driver.Key).Order(StringComparer.Ordinal);

    public static DriverClass Router { get; } = new("router", RouterOptionTable.Generic, RouterOptionTable.Drivers);

    public static DriverClass Transport { get; } = new("transport", TransportOptionTable.Generic, TransportOptionTable.Drivers);

    public static DriverClass Authenticator { get; } = new("authenticator", AuthenticatorOptionTable.Generic, AuthenticatorOptionTable.Drivers);
}
