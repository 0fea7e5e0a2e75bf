using System.Buffers;
using Microsoft.Win32.SafeHandles;
using Pipeline.Faults;
using Pipeline.Mail.Message;
using Pipeline.Storage.Ports;

namespace Pipeline.Storage.Bodies;

/// <summary>A body on its way in: in a pooled buffer up to the inline limit, in a file beyond it, with the same buffer before the file.</summary>
/// <remarks>
/// It stays readable until it is disposed, also after the accept, so that the accepting node can deliver without reading it back.
/// Disposing it deletes the file unless a message has it. A commit that is under way holds a lease: the buffer goes back to the pool after it.
/// </remarks>
internal sealed class SpooledBody(BodyFiles bodies, MessageId id, int inlineLimit) : IBodyWriter
{
    private const int FirstBuffer = 8 * 1024;
    private const int FileBuffer = 64 * 1024;

    private byte[]? _buffer;
    private int _buffered;
    private long _written;
    private SafeFileHandle? _file;
    private IOException? _failure;
    private int _leases = 1;
    private bool _completed;
    private int _disposed;
    private int _stored;

    public long Length { get; private set; }

    /// <summary>The name of the body's file; null when it is in memory.</summary>
    public string? FileName { get; private set; }

    public bool IsCompleted => _completed && _disposed == 0;

    public ReadOnlySpan<byte> Inline => _buffer.AsSpan(0, _buffered);

    public async ValueTask WriteAsync(ReadOnlyMemory<byte> octets, CancellationToken cancellationToken)
    {
        ThrowUnlessWriting();
        if (_file is null)
        {
            if (Length + octets.Length <= inlineLimit)
            {
                Reserve(_buffered + octets.Length);
                octets.CopyTo(_buffer.AsMemory(_buffered));
                _buffered += octets.Length;
                Length += octets.Length;
                return;
            }

            await SpillAsync(cancellationToken);
        }

        while (!octets.IsEmpty)
        {
            var part = Math.Min(octets.Length, _buffer!.Length - _buffered);
            octets[..part].CopyTo(_buffer.AsMemory(_buffered));
            _buffered += part;
            Length += part;
            octets = octets[part..];
            if (_buffered == _buffer.Length)
            {
                await WriteBufferAsync(cancellationToken);
            }
        }
    }

    public async ValueTask CompleteAsync(CancellationToken cancellationToken)
    {
        ThrowUnlessWriting();
        if (_file is not null)
        {
            await WriteBufferAsync(cancellationToken);
            ReturnBuffer();
            Crash.At(CrashPoint.AcceptBodyWritten);
        }

        _completed = true;
    }

    public bool TryGetBody(out ReadOnlyMemory<byte> body)
    {
        ThrowUnlessReadable();
        body = _file is null ? _buffer.AsMemory(0, _buffered) : default;
        return _file is null;
    }

    public Stream OpenBody()
    {
        ThrowUnlessReadable();
        return FileName is null
            ? new MemoryStream(_buffer ?? [], 0, _buffered, writable: false)
            : StoredContent.OpenFile(bodies.PathOf(FileName));
    }

    /// <summary>Makes a file body durable before the commit that names it.</summary>
    /// <exception cref="IOException">It could not be made durable.</exception>
    public Task FlushAsync() => _file is null ? Task.CompletedTask : bodies.FlushAsync(_file);

    /// <summary>Keeps buffer and file while a commit reads them; false when the body is already discarded.</summary>
    public bool TryLease()
    {
        var leases = Volatile.Read(ref _leases);
        while (leases > 0)
        {
            var seen = Interlocked.CompareExchange(ref _leases, leases + 1, leases);
            if (seen == leases)
            {
                return true;
            }

            leases = seen;
        }

        return false;
    }

    /// <summary>The commit that names the file is durable: the message has the file now.</summary>
    public void MarkStored() => Volatile.Write(ref _stored, 1);

    public void EndLease()
    {
        if (Interlocked.Decrement(ref _leases) == 0)
        {
            Discard();
        }
    }

    public ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) == 0)
        {
            EndLease();
        }

        return ValueTask.CompletedTask;
    }

    private void Discard()
    {
        ReturnBuffer();
        _file?.Dispose();
        if (FileName is { } name && Volatile.Read(ref _stored) == 0)
        {
            bodies.Delete(name);
        }
    }

    private async ValueTask SpillAsync(CancellationToken cancellationToken)
    {
        var name = bodies.NewName(id);
        try
        {
            _file = bodies.Files.Create(bodies.PathOf(name));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Fail(e);
        }

        FileName = name;
        Crash.At(CrashPoint.AcceptBodySpilled);
        await WriteBufferAsync(cancellationToken);
        Reserve(FileBuffer);
    }

    private async ValueTask WriteBufferAsync(CancellationToken cancellationToken)
    {
        if (_buffered == 0)
        {
            return;
        }

        try
        {
            await bodies.Files.WriteAsync(_file!, _buffer.AsMemory(0, _buffered), _written, cancellationToken);
            _written += _buffered;
            _buffered = 0;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Fail(e);
        }
    }

    private IOException Fail(Exception e) => _failure = new IOException($"the body of {id} cannot be written: {e.Message}", e);

    private void Reserve(int capacity)
    {
        if (_buffer is not null && _buffer.Length >= capacity)
        {
            return;
        }

        // Doubling, as far as a body can stay in memory.
        var doubled = (int)Math.Min(2L * (_buffer?.Length ?? 0), inlineLimit);
        var larger = ArrayPool<byte>.Shared.Rent(Math.Max(Math.Max(capacity, doubled), FirstBuffer));
        if (_buffer is not null)
        {
            _buffer.AsSpan(0, _buffered).CopyTo(larger);
            ArrayPool<byte>.Shared.Return(_buffer);
        }

        _buffer = larger;
    }

    private void ReturnBuffer()
    {
        if (_buffer is not null)
        {
            ArrayPool<byte>.Shared.Return(_buffer);
            _buffer = null;
            _buffered = 0;
        }
    }

    private void ThrowUnlessWriting()
    {
        ObjectDisposedException.ThrowIf(_disposed != 0, this);
        if (_failure is not null)
        {
            throw new IOException(_failure.Message, _failure);
        }

        if (_completed)
        {
            throw new InvalidOperationException("the body is complete");
        }
    }

    private void ThrowUnlessReadable()
    {
        ObjectDisposedException.ThrowIf(_disposed != 0, this);
        if (!_completed)
        {
            throw new InvalidOperationException("the body is not complete");
        }
    }
}
