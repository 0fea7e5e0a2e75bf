namespace Pipeline.Node.Admin;

/// <summary>The two sockets that a node puts into its store directory, from their binding to their removal.</summary>
/// <remarks>
/// <para>Only the holder of the store's lock makes one of these, and it disposes of it before it gives up the lock. So nobody else puts sockets there meanwhile.</para>
/// <para>A socket is bound under a name of its own and gets its known name when everything is ready. The runtime deletes the name that a socket
/// was bound under when it closes it, whatever lies there by then: with the known name that could be the socket of a node that came after.
/// The known name is taken away by <see cref="Dispose"/> alone, and only while the file of this node lies there.</para>
/// </remarks>
internal sealed class NodeSockets : IDisposable
{
    /// <summary>Ends the names that sockets are bound under. No longer than the known names, as the length of a socket's path is limited.</summary>
    private const string BindingSuffix = "~s";

    private readonly List<Published> _published = [];
    private readonly (string Binding, string Known)[] _sockets;

    /// <summary>Names sockets that no earlier node of the directory has, and sweeps up what a killed one left between binding and naming.</summary>
    public NodeSockets(string storeDirectory)
    {
        foreach (var leftOver in Directory.EnumerateFiles(storeDirectory, "????????" + BindingSuffix))
        {
            File.Delete(leftOver);
        }

        _sockets =
        [
            (Path.Combine(storeDirectory, NewName()), SpoolPaths.SubmissionSocket(storeDirectory)),
            (Path.Combine(storeDirectory, NewName()), SpoolPaths.AdminSocket(storeDirectory)),
        ];
    }

    /// <summary>Where to bind the socket that takes mail from this machine.</summary>
    public string SubmissionBinding => _sockets[0].Binding;

    /// <summary>Where to bind the socket that takes orders.</summary>
    public string AdminBinding => _sockets[1].Binding;

    /// <summary>Both sockets listen: let them be found. What a killed node left under the known names is replaced.</summary>
    public void Publish()
    {
        foreach (var (binding, known) in _sockets)
        {
            if (!OperatingSystem.IsWindows())
            {
                // Whatever the umask says, and before anybody can find it: who can connect can give orders and send mail.
                File.SetUnixFileMode(binding, UnixFileMode.UserRead | UnixFileMode.UserWrite);
            }

            var identity = FileIdentity.Of(binding);
            File.Move(binding, known, overwrite: true);
            _published.Add(new Published(known, identity));
        }
    }

    /// <summary>Takes the known names away where they still mean the sockets of this node.</summary>
    public void Dispose()
    {
        foreach (var (known, identity) in _published)
        {
            // Without an identity the name stays: nobody answers there, which is as good as no file, and the next node replaces it.
            if (identity is not null && FileIdentity.Of(known) == identity)
            {
                File.Delete(known);
            }
        }

        _published.Clear();
    }

    private static string NewName() => Guid.NewGuid().ToString("N")[..8] + BindingSuffix;

    private sealed record Published(string Known, FileIdentity? Identity);
}
