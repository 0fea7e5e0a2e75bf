using System.Net.Sockets;
using Pipeline.Node.Configuration;
using Pipeline.Node.Hosting;

namespace Pipeline.Node.Admin;

/// <summary>The Unix sockets of a node, from their binding to their removal: the one in its store directory, and the one for all users of the machine, where there is one.</summary>
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
    private readonly ImmutableArray<NodeSocket> _sockets;

    /// <summary>Names sockets that no earlier node of the directory has, and sweeps up what a killed one left between binding and naming.</summary>
    /// <param name="submission">Null when there is no socket for other users.</param>
    /// <exception cref="NodeStartException">The socket for other users cannot be where it is to be.</exception>
    public NodeSockets(string storeDirectory, SubmissionSettings? submission)
    {
        foreach (var leftOver in Directory.EnumerateFiles(storeDirectory, "????????" + BindingSuffix))
        {
            File.Delete(leftOver);
        }

        _sockets =
        [
            new(Path.Combine(storeDirectory, NewName()), SpoolPaths.AdminSocket(storeDirectory), UnixFileMode.UserRead | UnixFileMode.UserWrite, IsOpen: false),
            .. submission is null ? [] : (NodeSocket[])[Open(submission)],
        ];
    }

    public IReadOnlyList<NodeSocket> All => _sockets;

    /// <summary>All sockets listen: let them be found. What a killed node left under the known names is replaced.</summary>
    public void Publish()
    {
        foreach (var socket in _sockets)
        {
            if (!OperatingSystem.IsWindows())
            {
                // Whatever the umask says, and before anybody can find it: who can connect can give orders and send mail.
                File.SetUnixFileMode(socket.Binding, socket.Mode);
            }

            var identity = FileIdentity.Of(socket.Binding);
            File.Move(socket.Binding, socket.Known, overwrite: true);
            _published.Add(new Published(socket.Known, identity));
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

    private static NodeSocket Open(SubmissionSettings submission)
    {
        var known = submission.Socket;
        if (!Directory.Exists(Path.GetDirectoryName(known)))
        {
            throw new NodeStartException([$"Submission:Socket: {known}: there is no such folder"]);
        }

        if (Answers(known))
        {
            throw new NodeStartException([$"Submission:Socket: {known}: another program listens there"]);
        }

        // The lock of the store does not guard this folder, in which other nodes may have theirs.
        var binding = Path.Combine(Path.GetDirectoryName(known)!, NewName());
        return new NodeSocket(SpoolPaths.Checked(binding), SpoolPaths.Checked(known), submission.FileMode, IsOpen: true);
    }

    private static bool Answers(string path)
    {
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            socket.Connect(new UnixDomainSocketEndPoint(path));
            return true;
        }
        catch (SocketException)
        {
            return false; // nothing is there, or what a killed node has left
        }
    }

    private static string NewName() => Guid.NewGuid().ToString("N")[..8] + BindingSuffix;

    private sealed record Published(string Known, FileIdentity? Identity);
}

/// <param name="Binding">Where to bind it.</param>
/// <param name="Known">Where it is found.</param>
/// <param name="IsOpen">Users of the machine other than the node's can connect.</param>
internal sealed record NodeSocket(string Binding, string Known, UnixFileMode Mode, bool IsOpen);
