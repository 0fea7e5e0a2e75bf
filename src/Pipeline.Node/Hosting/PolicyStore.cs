using Pipeline.Actors.Receipt;
using Pipeline.Node.Hosting.Policies;
using Pipeline.Storage.Ports;

namespace Pipeline.Node.Hosting;

/// <summary>The policies of this process: the one in force, and those of the registry under which older messages began.</summary>
internal sealed class PolicyStore(IPolicyRegistry registry, PolicyPreparation preparation, ILogger logger) : IPolicySource, IDisposable
{
    /// <summary>Compiled policies that are kept.</summary>
    private const int Capacity = 32;

    private readonly PolicyCache _cache = new(Capacity);
    private readonly SemaphoreSlim _loading = new(1);
    private ActivePolicy? _current;

    public ActivePolicy Current => Volatile.Read(ref _current) ?? throw new InvalidOperationException("no policy is in force");

    /// <summary>Puts a policy in force: whoever connects from now on gets it. Sessions and messages that are there go on under theirs.</summary>
    public void Use(ActivePolicy active)
    {
        _cache.Put((int)active.Policy.Number, new PolicyEntry(active, null));
        Volatile.Write(ref _current, active);
    }

    /// <inheritdoc/>
    /// <exception cref="PolicyRegistryException">It is not at hand, and the registry is out of reach.</exception>
    public ValueTask<ActivePolicy> GetAsync(int number, CancellationToken cancellationToken)
    {
        var current = Current;
        if (current.Policy.Number == number)
        {
            return ValueTask.FromResult(current);
        }

        return _cache.TryGet(number, out var entry) ? ValueTask.FromResult(Answer(entry)) : LoadAsync(number, cancellationToken);
    }

    public void Dispose() => _loading.Dispose();

    private ActivePolicy Answer(PolicyEntry entry) => entry.Active ?? Current with { StandsInBecause = entry.Missing };

    /// <summary>One at a time: of the many messages that ask for the same number after a restart, the first loads it.</summary>
    private async ValueTask<ActivePolicy> LoadAsync(int number, CancellationToken cancellationToken)
    {
        await _loading.WaitAsync(cancellationToken);
        try
        {
            if (!_cache.TryGet(number, out var entry))
            {
                entry = await ReadAsync(number, cancellationToken);
                _cache.Put(number, entry);
                if (entry.Missing is { } missing)
                {
                    Log.PolicyReplaced(logger, missing, Current.Policy.Number);
                }
            }

            return Answer(entry);
        }
        finally
        {
            _loading.Release();
        }
    }

    private async Task<PolicyEntry> ReadAsync(int number, CancellationToken cancellationToken)
    {
        try
        {
            if (await registry.ReadAsync(number, cancellationToken) is not { } published)
            {
                return new PolicyEntry(null, $"policy {number} is not in the registry");
            }

            return preparation.Prepare(published, out var problems) is { } active
                ? new PolicyEntry(active, null)
                : new PolicyEntry(null, $"policy {number} cannot be used by this version: {problems[0]}");
        }
        catch (InvalidDataException error)
        {
            return new PolicyEntry(null, error.Message);
        }
    }
}
