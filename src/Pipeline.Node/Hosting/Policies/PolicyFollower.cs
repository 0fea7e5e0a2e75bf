using Pipeline.Actors.Receipt;
using Pipeline.Node.Listeners.Tls;
using Pipeline.Storage.Ports;

namespace Pipeline.Node.Hosting.Policies;

/// <summary>Keeps a node at the current policy of its registry, and says in the registry which one the node runs and why not another.</summary>
/// <remarks>A policy that this node cannot use changes nothing: the one in force stays, until a newer number appears or the operator asks again.</remarks>
internal sealed class PolicyFollower(
    IPolicyRegistry registry, PolicyStore store, PolicyPreparation preparation, ServerCertificates? certificates, TimeProvider time, ILogger logger)
    : IAsyncDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly SemaphoreSlim _turn = new(1);
    private NodePolicy? _state;
    private bool _reported;
    private Task _running = Task.CompletedTask;

    /// <summary>What this node says of itself.</summary>
    public NodePolicy State => _state ?? throw new InvalidOperationException("the follower has not begun");

    /// <summary>Says for the first time which policy runs.</summary>
    /// <param name="problem">Why it is not the wanted one.</param>
    public async Task BeginAsync(string node, long epoch, int wanted, string? problem, CancellationToken cancellationToken)
    {
        _state = new NodePolicy(node, epoch, Number(store.Current), wanted, problem, time.GetUtcNow());
        await ReportAsync(cancellationToken);
    }

    /// <summary>Goes on by itself from now on.</summary>
    /// <param name="poll">The longest time for which a publication can go unnoticed.</param>
    public void Start(TimeSpan poll) => _running = FollowAsync(poll, _stop.Token);

    /// <summary>Looks for another policy now.</summary>
    /// <param name="again">Tries also the one that could not be used before.</param>
    /// <exception cref="PolicyRegistryException">The registry is out of reach; the policy in force stays.</exception>
    public async Task RefreshAsync(bool again, CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken);
        try
        {
            var wanted = await registry.ReadCurrentNumberAsync(cancellationToken);
            if (wanted != State.Wanted || (again && State.Problem is not null))
            {
                var problem = await SwitchAsync(wanted, cancellationToken);
                _state = State with { Number = Number(store.Current), Wanted = wanted, Problem = problem, At = time.GetUtcNow() };
                _reported = false;
            }

            if (!_reported)
            {
                await ReportAsync(cancellationToken);
            }
        }
        finally
        {
            _turn.Release();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _running;
        try
        {
            if (_state is { } state)
            {
                await registry.WithdrawAsync(state.Node, state.Epoch, CancellationToken.None);
            }
        }
        catch (Exception error) when (error is IOException or InvalidDataException or UnauthorizedAccessException)
        {
            // Nothing that keeps a node from stopping. The word of a life that has ended is overruled by its lease, or by the next life.
        }

        _stop.Dispose();
        _turn.Dispose();
    }

    private static string Because(PolicyRecord record) =>
        (record.RestoredFrom is { } from ? $", back to the text of policy {from}" : "") + (record.Note is null ? "" : $": {record.Note.ReplaceLineEndings(" ")}");

    private static int Number(ActivePolicy active) => (int)active.Policy.Number;

    private async Task ReportAsync(CancellationToken cancellationToken)
    {
        await registry.ReportAsync(State, cancellationToken);
        _reported = true;
    }

    private async Task FollowAsync(TimeSpan poll, CancellationToken cancellationToken)
    {
        var reachable = true;
        while (!cancellationToken.IsCancellationRequested)
        {
            try
            {
                await registry.WaitForHintAsync(poll, cancellationToken);
                await RefreshAsync(again: false, cancellationToken);
                if (!reachable)
                {
                    Log.RegistryReachable(logger);
                }

                reachable = true;
            }
            catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
            {
                return;
            }
            catch (PolicyRegistryException error)
            {
                if (reachable)
                {
                    Log.RegistryUnreachable(logger, State.Number, error.Message);
                }

                reachable = false;
            }
            catch (Exception error)
            {
                // A bug here must not leave a node behind its cluster for ever: the next round begins anew.
                Log.FollowingFailed(logger, error);
                await Task.Delay(poll, time, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    /// <returns>Why the policy in force stays; null when it is the wanted one now.</returns>
    private async Task<string?> SwitchAsync(int wanted, CancellationToken cancellationToken)
    {
        var (start, record, problem) = await PrepareAsync(wanted, cancellationToken);
        if (start is null)
        {
            Log.PolicyRefused(logger, wanted, State.Number, problem);
            return problem;
        }

        var before = store.Current.Policy;
        if (certificates is not null)
        {
            start.Certificates?.PutInto(certificates);
        }

        store.Use(start.Active);
        Log.PolicySwitched(logger, before.Number, wanted, record!.By, Because(record));
        foreach (var option in StartOptions.Changed(before.MainOptions, start.Active.Policy.MainOptions))
        {
            Log.EffectiveAtStart(logger, wanted, option);
        }

        return null;
    }

    private async Task<(PolicyStart? Start, PolicyRecord? Record, string Problem)> PrepareAsync(int wanted, CancellationToken cancellationToken)
    {
        try
        {
            return await registry.ReadAsync(wanted, cancellationToken) is { } published
                ? (PolicyStart.Prepare(published, preparation, certificates is not null, out var problem), published.Record, problem)
                : (null, null, $"policy {wanted} is not in the registry");
        }
        catch (InvalidDataException error)
        {
            return (null, null, error.Message);
        }
    }
}
