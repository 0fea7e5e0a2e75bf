using Pipeline.Kernel.Dispatch;

namespace Pipeline.Kernel.Actor;

internal sealed partial class ActorCell
{
    private SystemMessage? _setAsideFirst;
    private SystemMessage? _setAsideLast;
    private SetAside _setAsideUntil;

    private bool IsWaiting => _pendingRecreate is not null || (_children is { } children && children.Waiting != WaitReason.None);

    public void InvokeSystem(SystemMessage message)
    {
        if (MustWait(message.SetAside))
        {
            KeepForLater(message);
            return;
        }

        try
        {
            message.Apply(this);
        }
        catch (Exception cause)
        {
            HandleInvokeFailure(cause);
        }

        // Those that still have to wait will be set aside again, in the same order.
        if (_setAsideFirst is not null && !MustWait(_setAsideUntil))
        {
            Mailbox.PrependSystem(_setAsideFirst, _setAsideLast!);
            _setAsideFirst = null;
            _setAsideLast = null;
        }
    }

    private bool MustWait(SetAside condition) => condition switch
    {
        SetAside.WhileWaiting => IsWaiting,
        SetAside.WhileSuspended => IsWaiting || Mailbox.IsSuspended,
        _ => false,
    };

    private void KeepForLater(SystemMessage message)
    {
        if (_setAsideLast is null)
        {
            _setAsideFirst = message;
            _setAsideUntil = message.SetAside;
        }
        else
        {
            _setAsideLast.Next = message;
            _setAsideUntil = message.SetAside < _setAsideUntil ? message.SetAside : _setAsideUntil;
        }

        _setAsideLast = message;
    }
}
