import { Dialog as Base } from '@base-ui/react/dialog';
import { X } from 'lucide-react';
import type { ReactNode } from 'react';
import { cx } from '@/lib/class';
import { Button } from './button';
import styles from './dialog.module.css';

export type DialogProps = {
  open: boolean;
  onClose: () => void;
  title: ReactNode;
  description?: ReactNode;
  size?: 'narrow' | 'normal' | 'wide';
  /** The buttons at its foot. */
  actions?: ReactNode;
  children?: ReactNode;
};

export function Dialog({ open, onClose, title, description, size = 'normal', actions, children }: DialogProps) {
  return (
    <Base.Root open={open} onOpenChange={(next) => !next && onClose()}>
      <Base.Portal>
        <Base.Backdrop className={styles.backdrop} />
        <Base.Popup className={cx(styles.popup, size !== 'normal' && styles[size])}>
          <header className={styles.head}>
            <div>
              <Base.Title>{title}</Base.Title>
              {description && (
                <Base.Description render={<div />} className={styles.description}>
                  {description}
                </Base.Description>
              )}
            </div>
          </header>
          {children && <div className={styles.body}>{children}</div>}
          {actions && <footer className={styles.foot}>{actions}</footer>}
          {/* It stands last, so that the focus starts at what the dialog is for. */}
          <Base.Close className={styles.close} aria-label="Close">
            <X size={16} aria-hidden />
          </Base.Close>
        </Base.Popup>
      </Base.Portal>
    </Base.Root>
  );
}

export type ConfirmProps = {
  open: boolean;
  onClose: () => void;
  title: string;
  /** What will happen, and whether it can be taken back. */
  children: ReactNode;
  /** The word of the button that does it. */
  action: string;
  look?: 'primary' | 'danger';
  pending?: boolean;
  onConfirm: () => void;
};

/** Asks before something that cannot be taken back. */
export function Confirm({ title, children, action, look = 'danger', pending, onConfirm, open, onClose }: ConfirmProps) {
  return (
    <Dialog
      open={open}
      onClose={onClose}
      title={title}
      description={children}
      size="narrow"
      actions={
        <>
          <Button onClick={onClose}>Keep it</Button>
          <Button look={look} onClick={onConfirm} blocked={pending && 'It is under way'}>
            {action}
          </Button>
        </>
      }
    />
  );
}
