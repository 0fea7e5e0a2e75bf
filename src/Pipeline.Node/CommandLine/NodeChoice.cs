using Pipeline.Connectors.Lookups;
using Pipeline.Node.Configuration;
using Pipeline.Node.Hosting;
using Pipeline.Policy;
using Pipeline.Policy.Configuration;

namespace Pipeline.Node.CommandLine;

/// <summary>Which configuration and which node a command is about.</summary>
/// <param name="Source">Null for the disk; else where the built-in configuration comes from.</param>
internal sealed record NodeChoice(string PolicyFile, IFileSource? Source, NodeSettings Settings, IReadOnlyDictionary<string, string> Macros)
{
    /// <summary>A node of this choice runs no transport.</summary>
    public bool PretendsDeliveries { get; init; }

    public static NodeChoice Make(string? policyFile, NodeSettings settings, IReadOnlyDictionary<string, string> macros)
    {
        var file = policyFile ?? CommonOptions.DefaultPolicyFiles.FirstOrDefault(File.Exists);
        return file is null
            ? new NodeChoice(BuiltInPolicy.Name, new BuiltInPolicy(BuiltInPolicy.Default), settings, macros)
            : new NodeChoice(Path.GetFullPath(file), null, settings, macros);
    }

    public NodeOptions ToNodeOptions() => new() { PolicyFile = PolicyFile, PolicySource = Source, Settings = Settings, Macros = Macros, PretendsDeliveries = PretendsDeliveries };

    public PolicyCompilation Compile() => PolicyCompiler.Compile(PolicyFile, Macros, Source, whyNoLookup: LookupBackends.Unusable);

    /// <summary>The file as it is written, not compiled.</summary>
    public ConfigurationReadResult Read() => ConfigurationFile.Read(PolicyFile, Macros, Source);

    /// <summary>The folder of the store that this choice leads to; null when the configuration has problems, which are written to <paramref name="errors"/>.</summary>
    public string? StoreDirectory(TextWriter errors)
    {
        if (Settings.StoreDirectory is { } set)
        {
            return Path.GetFullPath(set);
        }

        var (policy, problems) = Compile();
        if (policy is null)
        {
            foreach (var problem in problems)
            {
                errors.WriteLine(problem);
            }

            return null;
        }

        return Path.Combine(PolicyEnvironments.SpoolDirectory(policy), "store");
    }
}
