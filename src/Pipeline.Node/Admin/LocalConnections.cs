using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;
using Pipeline.Node.Hosting;
using Pipeline.Policy.Callers;

namespace Pipeline.Node.Admin;

/// <summary>What comes over the Unix sockets of a node: finds out who calls, and tells SMTP sessions of programs (<c>-bs</c>) from requests of the admin API.</summary>
/// <remarks>A session begins with the line of JSON that <see cref="LocalSession"/> is, and is SMTP behind it. Whatever begins otherwise is HTTP.</remarks>
internal sealed class LocalConnections(NodeContext node, LocalSubmission submission)
{
    /// <summary>How long a program may say nothing at first.</summary>
    private static readonly TimeSpan FirstOctet = TimeSpan.FromSeconds(30);

    /// <summary>Connections that one user may have at a time, so that no user keeps out the others.</summary>
    private const int MaxPerUser = 100;

    private readonly Lock _gate = new();
    private readonly Dictionary<uint, int> _perUser = [];

    /// <param name="isOpen">Users other than the node's can connect.</param>
    public void Attach(IConnectionBuilder listen, bool isOpen) => listen.Use(next => connection => ServeAsync(connection, isOpen, next));

    private async Task ServeAsync(ConnectionContext connection, bool isOpen, ConnectionDelegate next)
    {
        // The socket in the store lets nobody in but root and the node's user, whether the system tells which of them it is or not.
        var own = node.Policies.Current.Environment.ProcessUser;
        var caller = PeerCredentials.Of(connection.Features.Get<IConnectionSocketFeature>()?.Socket) ?? (isOpen ? null : own);
        if (caller is null || !Enter(caller, own))
        {
            return;
        }

        try
        {
            if (await BeginsAsSessionAsync(connection))
            {
                await submission.ServeAsync(connection, caller);
            }
            else
            {
                connection.Features.Set(CallerOf(caller, own));
                await next(connection);
            }
        }
        catch (Exception error) when (error is OperationCanceledException or IOException)
        {
            // It has said nothing, or gone.
        }
        finally
        {
            Leave(caller);
        }
    }

    private AdminCaller CallerOf(CallerCredentials caller, CallerCredentials own)
    {
        var options = node.Policies.Current.Policy.MainOptions;
        var name = caller.UserId == own.UserId || caller.UserId == CallerCredentials.Root ? "operator" : CallerIdentity.NameOf(caller);
        return new AdminCaller(
            $"{name} on {node.Options.Settings.Name}", CallerRights.IsAdmin(options, caller, own) ? AdminRole.Operator : AdminRole.None, caller)
        {
            MayListQueue = !options.QueueListRequiresAdmin,
            MayProd = !options.ProdRequiresAdmin,
        };
    }

    private async Task<bool> BeginsAsSessionAsync(ConnectionContext connection)
    {
        using var patience = new CancellationTokenSource(FirstOctet, node.Options.Time);
        var read = await connection.Transport.Input.ReadAsync(patience.Token);
        var first = read.Buffer.IsEmpty ? 0 : read.Buffer.FirstSpan[0];
        connection.Transport.Input.AdvanceTo(read.Buffer.Start);
        return first == '{';
    }

    private bool Enter(CallerCredentials caller, CallerCredentials own)
    {
        lock (_gate)
        {
            var count = _perUser.GetValueOrDefault(caller.UserId);
            if (count >= MaxPerUser && caller.UserId != own.UserId && caller.UserId != CallerCredentials.Root)
            {
                return false;
            }

            _perUser[caller.UserId] = count + 1;
            return true;
        }
    }

    private void Leave(CallerCredentials caller)
    {
        lock (_gate)
        {
            if (--_perUser[caller.UserId] == 0)
            {
                _perUser.Remove(caller.UserId);
            }
        }
    }
}
