import { Link, type LinkComponentProps } from '@tanstack/react-router';
import type { LucideIcon } from 'lucide-react';
import type { ComponentProps, ReactNode } from 'react';
import { cx } from '@/lib/class';
import styles from './button.module.css';
import { Tooltip } from './tooltip';

export type ButtonLook = 'plain' | 'primary' | 'danger' | 'quiet';
export type ButtonSize = 'normal' | 'small';

type Common = { look?: ButtonLook; size?: ButtonSize; icon?: LucideIcon };

const classes = (look: ButtonLook, size: ButtonSize, ...more: (string | false | undefined)[]) =>
  cx(styles.button, look !== 'plain' && styles[look], size === 'small' && styles.small, ...more);

export type ButtonProps = ComponentProps<'button'> &
  Common & {
    /** Why it cannot be pressed now; shown as its tooltip. A button never is dead without a reason. */
    blocked?: string | false | null;
  };

export function Button({ look = 'plain', size = 'normal', icon: Icon, blocked, ...props }: ButtonProps) {
  const { className, children, onClick, ...rest } = props;
  const button = (
    <button
      type="button"
      {...rest}
      aria-disabled={blocked ? true : undefined}
      data-disabled={blocked ? '' : undefined}
      onClick={blocked ? (event) => event.preventDefault() : onClick}
      className={classes(look, size, className)}
    >
      {Icon && <Icon size={15} aria-hidden />}
      {children}
    </button>
  );
  return blocked ? <Tooltip text={blocked}>{button}</Tooltip> : button;
}

export type IconButtonProps = Omit<ButtonProps, 'children' | 'icon'> & { icon: LucideIcon; label: string };

/** A button that is an icon alone; its label is its name and its tooltip. */
export function IconButton({
  icon: Icon,
  label,
  look = 'quiet',
  size = 'normal',
  className,
  ...rest
}: IconButtonProps) {
  const { blocked, onClick, ...props } = rest;
  return (
    <Tooltip text={blocked || label}>
      <button
        type="button"
        {...props}
        aria-label={label}
        aria-disabled={blocked ? true : undefined}
        data-disabled={blocked ? '' : undefined}
        onClick={blocked ? (event) => event.preventDefault() : onClick}
        className={classes(look, size, styles.icon, className)}
      >
        <Icon size={size === 'small' ? 14 : 16} aria-hidden />
      </button>
    </Tooltip>
  );
}

/** A link that looks like a button. */
export function ButtonLink({
  look = 'plain',
  size = 'normal',
  icon: Icon,
  children,
  ...props
}: LinkComponentProps & Common & { children: ReactNode }) {
  return (
    <Link {...props} className={classes(look, size)}>
      {Icon && <Icon size={15} aria-hidden />}
      {children}
    </Link>
  );
}
