namespace Pipeline.Node.CommandLine;

/// <summary>How this machine reaches nodes by their admin ports: from client.json, overridden by the environment and by options.</summary>
internal sealed record ClientSettings
{
    /// <summary>Beginning of the names of environment variables: <c>MPCLIENT_ADDRESS</c>, <c>MPCLIENT_CERT</c>, <c>MPCLIENT_KEY</c>, <c>MPCLIENT_CA</c>.</summary>
    public const string EnvironmentPrefix = "MPCLIENT_";

    /// <summary>HOST:PORT; null for the node on this machine.</summary>
    public string? Address { get; init; }

    public string? Cert { get; init; }

    public string? Key { get; init; }

    public string? Ca { get; init; }

    /// <summary>Where client.json is looked for; the first that exists counts.</summary>
    public static IEnumerable<string> Files()
    {
        var home = Environment.GetEnvironmentVariable("XDG_CONFIG_HOME") is { Length: > 0 } set
            ? set
            : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".config");
        return [Path.Combine(home, "mailpipeline", "client.json"), "/etc/mailpipeline/client.json"];
    }

    /// <exception cref="InvalidDataException">The file is not JSON.</exception>
    public static ClientSettings Read(IEnumerable<string> files)
    {
        var builder = new ConfigurationBuilder();
        var file = files.FirstOrDefault(File.Exists);
        if (file is not null)
        {
            builder.AddJsonFile(Path.GetFullPath(file), optional: true);
        }

        var read = builder.Build().Get<ClientSettings>() ?? new ClientSettings();
        var folder = file is null ? "" : Path.GetDirectoryName(Path.GetFullPath(file))!;
        var environment = new ConfigurationBuilder().AddEnvironmentVariables(EnvironmentPrefix).Build().Get<ClientSettings>() ?? new ClientSettings();
        return new ClientSettings
        {
            Address = environment.Address ?? read.Address,
            Cert = environment.Cert ?? Beside(read.Cert),
            Key = environment.Key ?? Beside(read.Key),
            Ca = environment.Ca ?? Beside(read.Ca),
        };

        // Names in a file are relative to it.
        string? Beside(string? name) => name is null ? null : Path.Combine(folder, name);
    }
}
