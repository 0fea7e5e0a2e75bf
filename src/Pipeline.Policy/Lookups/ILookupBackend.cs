namespace Pipeline.Policy.Lookups;

/// <summary>A lookup type that needs something this project must not have: a database driver, LMDB, a network client.</summary>
public interface ILookupBackend
{
    /// <summary>The type as the configuration writes it: <c>lmdb</c>, <c>sqlite</c>, <c>pgsql</c> and so on.</summary>
    string TypeName { get; }

    /// <summary>Why this machine cannot do such lookups; null when it can. A policy that names the type is not loaded then.</summary>
    string? WhyUnusable => null;

    ValueTask<LookupResult> FindAsync(LookupQuestion question, CancellationToken cancellationToken);
}
